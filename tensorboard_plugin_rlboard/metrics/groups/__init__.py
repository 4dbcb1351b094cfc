"""What a group of samples teaches: its statistics, its kind and its weight; docs/metrics.md, "Groups"."""
