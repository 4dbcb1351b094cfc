"""Estimates over prompts: pass@k, and the confidence interval of a comparison."""
