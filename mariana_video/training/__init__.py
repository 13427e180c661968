"""Training from one end to the other: pictures in, a network and its card out; it never dreams."""
