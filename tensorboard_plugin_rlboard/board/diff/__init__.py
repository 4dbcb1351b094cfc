"""/diff: two responses, or a response and its reference answer, side by side."""
