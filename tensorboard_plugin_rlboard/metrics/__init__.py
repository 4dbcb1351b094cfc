"""Formulas over flat arrays of tokens: token metrics, their statistics per sample, and the sums that step metrics are made of."""
