"""Chat messages: one structure for all trainers, and the text that is made of them."""
