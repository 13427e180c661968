"""Every option, declared once, with schedules and objectives as text; it never touches an array."""
