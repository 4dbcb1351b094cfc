"""A byte range of a file becomes a part: lines to rows, rows to columns, columns to Parquet; in any process."""
