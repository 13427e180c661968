"""The command line: words, bars and exit codes; it never decides what a command does."""
