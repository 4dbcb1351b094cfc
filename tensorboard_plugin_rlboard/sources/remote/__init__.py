"""Objects behind an address (``s3://``, ``gs://``, ``hf://``), through fsspec."""
