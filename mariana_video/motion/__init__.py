"""Where things move: optical flow, visibility, warping, the camera; it never knows of a network."""
