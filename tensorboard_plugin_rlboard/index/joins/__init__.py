"""Reference answers and scores joined to the samples that they are of; `joiner.py` has the whole."""
