"""Turns the lines of any trainer's log into samples: one format a trainer, and the readers that they share."""
