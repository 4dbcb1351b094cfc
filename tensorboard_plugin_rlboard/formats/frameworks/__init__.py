"""One file for each trainer (or family of its files) whose logs are known by name; nothing else lives here."""
