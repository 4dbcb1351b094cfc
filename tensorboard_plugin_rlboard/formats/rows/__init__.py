"""From a row to a sample: parsers, alignment of arrays with tokens, columns in one line, extra fields."""
