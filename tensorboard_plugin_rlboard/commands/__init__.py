"""Small parts of the command `rlboard`: what has no folder of its own."""
