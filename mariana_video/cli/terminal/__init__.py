"""What the terminal shows: bars, remarks, streams and the command's own process; it never knows a command."""
