"""The works that commands make, and what they hang on; it is loaded only once nothing light refuses them."""
