"""Rollout dumps of torch archives: a rollout file's samples, with what its companions have of each."""
