"""Pictures to learn from: found, decoded, varied, drawn; it never knows of a network."""
