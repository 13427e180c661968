"""Networks with named layers, run no further than asked, and their weights; it never knows of video."""
