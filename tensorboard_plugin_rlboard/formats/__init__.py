"""How a foreign row becomes a sample in our words: one declarative mapping a format, and the reading they share."""
