"""What reading, writing and sound have in common: clips, colours, containers, paths; it never knows of a network."""
