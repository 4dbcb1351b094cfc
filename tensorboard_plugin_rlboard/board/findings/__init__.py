"""/findings: what looks wrong in a run, with samples and tokens as evidence."""
