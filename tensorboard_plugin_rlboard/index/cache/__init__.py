"""What is kept between starts: parts and manifests, in a folder of the user, beside the data, or behind an address."""
