"""The works that commands make: what is prepared, made and finished; it never prints."""
