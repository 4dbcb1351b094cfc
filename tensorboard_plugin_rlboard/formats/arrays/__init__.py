"""Numbers and lists of numbers as trainers write them, laid onto the tokens of a response."""
