"""A film's frames on their way to the dream: plan, reading ahead, motion, masks; it never writes a file."""
