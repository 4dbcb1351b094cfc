"""Reference answers and scores joined to the samples that they are of; `turns.py` has the whole."""
