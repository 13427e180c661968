"""Running figures of pictures: flashes, sharpness, structure; it never opens a file."""
