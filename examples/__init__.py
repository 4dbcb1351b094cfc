"""Small, real trainings whose rollouts RL Board shows; not part of the installed package."""
