"""Where rollout files lie below the log directory, and which of their bytes are new since the last look."""
