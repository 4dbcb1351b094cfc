"""Makes samples of the lines of any trainer's log: one format a trainer, and the readers that they share."""
