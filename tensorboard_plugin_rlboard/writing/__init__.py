"""What `RolloutWriter` is made of. Runs inside trainers: the standard library, and NumPy only where it meets an array."""
