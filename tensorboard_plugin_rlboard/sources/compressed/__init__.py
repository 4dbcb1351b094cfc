"""Compressed files and containers, unpacked once into a temporary folder so that lines have offsets."""
