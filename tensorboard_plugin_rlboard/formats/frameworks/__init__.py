"""The formats of trainers: one file for each kind of log that a trainer writes, and nothing else."""
