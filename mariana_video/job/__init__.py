"""Work that can be stopped anywhere and continued: conditions, parts, checkpoints, lock; it never dreams."""
