"""Networks as others publish them: their stages, layers and heads, from their own states; it never reads a file."""
