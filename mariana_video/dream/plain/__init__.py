"""What is done to pictures themselves: drawn, folded, resized, their colours moved; it never dreams."""
