"""The one loop of frames: each goes on from the dream of the frame before; it never knows of files or of a plan."""
