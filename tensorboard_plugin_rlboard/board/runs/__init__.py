"""/runs: which runs there are, how far they are indexed, and what is known of their training."""
