"""/compare: two runs, or two parts of one, on the prompts that they share."""
