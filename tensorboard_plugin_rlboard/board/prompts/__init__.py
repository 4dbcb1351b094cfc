"""What became of each prompt over a training, whatever template it was rendered with."""
