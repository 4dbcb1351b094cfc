"""What became of each prompt over a training: its visits folded into one row, kept up to date as steps come."""
