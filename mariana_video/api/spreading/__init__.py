"""Works that a farm makes together: what is handed out, what is taken back; it never speaks to Ray."""
