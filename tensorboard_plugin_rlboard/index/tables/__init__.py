"""The query database, and the tables of a run in it."""
