"""Answers the questions of the tab from the index: one folder for each kind of question."""
