"""The one loop of epochs, with its options, its variants and its files; it never knows what is taught."""
