"""/samples, /sample and /tokens: lists of responses, and one response whole."""
