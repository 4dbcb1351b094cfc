"""What is known of a training beside its rollouts: its scalars, its settings, and what the user says of its logs."""
