"""Makes samples of rows: parsers, alignment of arrays with tokens, batches in columns, further fields, traces."""
