"""rlboard.toml: read strictly, found from a folder upwards, and its sections as they count for one folder."""
