"""The modules behind `RolloutWriter`. They run inside trainers, and load NumPy only where they get an array."""
