"""One line into a training: hooks that hand what a trainer already has to `RolloutWriter`. A module for each trainer."""
