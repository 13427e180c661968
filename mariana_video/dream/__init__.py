"""The score of a picture and the one loop of steps that raises it; it never knows of files or of films."""
