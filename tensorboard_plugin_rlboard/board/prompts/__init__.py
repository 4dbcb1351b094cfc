"""/prompts, /prompt and /pass_at_k: the history of each prompt, whatever template it was rendered with."""
