"""What a training leaves behind: figures, plots, card, weights; it never trains."""
