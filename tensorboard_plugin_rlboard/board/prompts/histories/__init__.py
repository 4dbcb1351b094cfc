"""Histories of prompts over a training: all visits of a prompt folded into one row, updated as steps are added."""
