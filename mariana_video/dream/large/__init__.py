"""Pictures that lie on disk, dreamed one part after the other with the bits of the whole; it never holds all of one."""
