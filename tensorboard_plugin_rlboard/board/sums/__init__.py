"""SQL of sums that do not depend on the order of rows, and of group metrics."""
