"""One file for each kind of finding, in a folder for each question that it answers."""
