"""The works that a farm makes together: what is handed out, what is taken back; it never speaks to the farm's library."""
