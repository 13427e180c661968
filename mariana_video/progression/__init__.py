"""The steps of one dream, alone or side by side; it never reads or writes a file."""
