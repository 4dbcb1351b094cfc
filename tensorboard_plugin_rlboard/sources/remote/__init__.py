"""Lists and reads remote objects (``s3://``, ``gs://``, ``hf://``, …) through fsspec."""
