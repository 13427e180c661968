"""Pictures too large for memory, dreamed part by part on disk; it never reads or writes the user's files."""
