"""Filter expressions of a user, compiled to SQL of our own through a whitelist."""
