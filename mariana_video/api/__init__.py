"""One function for each command, from what was asked to what is made; it never prints."""
