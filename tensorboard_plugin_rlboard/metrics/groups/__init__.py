"""What a group of samples teaches: its facts, its kind and its weight; docs/metrics.md, "Groups"."""
