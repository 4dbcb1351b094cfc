"""Unpacks compressed files and containers once, into a temporary folder, so that their lines have offsets."""
