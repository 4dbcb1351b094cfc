"""Answers about several responses to the same prompt: in a group, along the steps, in two runs."""
