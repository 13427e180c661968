"""What is done to pictures without dreaming: drawn at random, folded, their colours moved."""
