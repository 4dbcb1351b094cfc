"""PPO in a few files: a character-level transformer learns to answer a line of verse with a rhyming line."""
