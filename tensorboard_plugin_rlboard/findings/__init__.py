"""Detectors of what looks wrong in a run, as pure functions on the numbers of its steps."""
