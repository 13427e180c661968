"""From frames to files: encoders, parts, joining, animations; it never reads a source's frames."""
