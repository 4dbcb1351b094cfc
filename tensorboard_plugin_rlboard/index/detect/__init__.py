"""What a file is: its format, its run, and what its place and the settings add to that."""
