"""Many looks of one source, drawn, varied or walked between, and laid out on sheets; it never judges a picture."""
