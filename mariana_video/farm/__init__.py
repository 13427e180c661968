"""Work handed out to many machines and fetched back, by Ray; it never knows what is made."""
