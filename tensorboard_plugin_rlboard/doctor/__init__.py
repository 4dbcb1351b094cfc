"""`rlboard doctor`: says of a log directory what the tab will show of it, file by file, why, and what to do next."""
