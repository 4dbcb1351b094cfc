"""Stores parts and manifests between starts: in a folder of the user, beside the data, or behind an address."""
