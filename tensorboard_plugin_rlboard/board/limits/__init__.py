"""Limits of questions: time, how many run at once, and cancellation when nobody waits for the answer."""
