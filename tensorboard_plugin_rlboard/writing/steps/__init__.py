"""Steps in the making: their samples, which of them are written, and their means."""
