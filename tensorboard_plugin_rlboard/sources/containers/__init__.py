"""Files that are not lines (Parquet, torch, JSON, CSV), each turned into JSON lines, one object a row."""
