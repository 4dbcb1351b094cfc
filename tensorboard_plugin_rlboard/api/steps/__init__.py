"""Answers about steps: numbers over many samples."""
