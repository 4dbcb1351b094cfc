"""/steps with `by`: the curves of kinds of samples, told apart by a text column."""
