"""Trainings that are broken on purpose, and what the findings say of them."""
