"""`rlboard watch`: follows a log directory and says what looks wrong, as it comes."""
