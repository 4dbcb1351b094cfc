"""The questions that the tab asks: one module a question, answered from the index."""
