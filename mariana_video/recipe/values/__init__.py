"""Values that people write as text: numbers along a film, times, sizes, objectives; it never knows of an option."""
