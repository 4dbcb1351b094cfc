"""/findings: what looks wrong in a run, with the samples and tokens that show it."""
