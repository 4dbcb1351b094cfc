"""Writes files: lines of JSON into the files of a rank, and an event file."""
