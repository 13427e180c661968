"""What can be taught, one file a way of teaching; it never writes a file."""
