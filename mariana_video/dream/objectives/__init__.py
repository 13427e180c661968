"""What an ascent can raise, one file a kind of term; it never looks at more than one picture's features at a time."""
