"""What looks wrong in a run, since when and by how much: pure functions on the numbers of its steps."""
