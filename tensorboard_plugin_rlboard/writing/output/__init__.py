"""What the writer puts on the disk: lines of JSON in files of a rank, and an event file."""
