"""How steady, alive and varied a dream is beside its source; it never dreams."""
