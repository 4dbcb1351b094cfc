"""The index: parts built from byte ranges, loaded into a database that answers questions."""
