"""The evidence that a guess weighs: what the values of some rows are like, and which fields the words of their keys allow."""
