"""Reads what is known of a training beside its rollouts: its scalars, its hyperparameters, and the user's settings."""
