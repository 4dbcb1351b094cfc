"""Hooks that write the rollouts of a trainer with `RolloutWriter`: one module for each trainer, one line in a training."""
