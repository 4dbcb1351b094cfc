"""What the values of some rows are like, and which of our fields the words of their keys allow: what a guess weighs."""
