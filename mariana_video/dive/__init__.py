"""Endless dives into a picture: camera, low frequencies, loops; it never reads or writes a file."""
