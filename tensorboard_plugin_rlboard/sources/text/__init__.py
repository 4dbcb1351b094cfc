"""Text in any Unicode encoding, JSON in it value by value, and the shapes that a document of rows may have."""
