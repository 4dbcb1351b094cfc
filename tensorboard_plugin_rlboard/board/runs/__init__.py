"""/runs: the runs, how far they are indexed, and what is known of their training."""
