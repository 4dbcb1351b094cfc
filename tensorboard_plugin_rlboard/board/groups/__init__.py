"""/groups and /group: samples of one prompt that are compared with each other, and what a group teaches."""
