"""Still pictures: their headers, reading, writing, sheets of them; it never knows of a film."""
