"""What a question may take: time, places beside others, and an end when nobody waits for it."""
