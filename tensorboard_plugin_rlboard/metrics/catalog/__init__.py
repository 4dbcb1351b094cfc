"""The metric registry: one entry for each metric of docs/metrics.md, with its formula, unit, kind, labels and hints."""
