"""Turns rows into samples: parsers, batches in columns, further fields, traces."""
