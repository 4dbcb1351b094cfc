"""The token metrics of one sample, as rows of numbers."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from tensorboard_plugin_rlboard.board.run_schema import RunSchema
from tensorboard_plugin_rlboard.board.samples.decoded_samples import DecodedSample
from tensorboard_plugin_rlboard.metrics.segments import Bools


def token_metric_names(schema: RunSchema, sample: DecodedSample) -> list[str]:
    """The token metrics of a sample, in the order of /sample and /tokens."""
    values = sample.tokens.values
    return list(dict.fromkeys((*(name for name in schema.token_metrics if name in values), *values)))


def binary_rows(sample: DecodedSample, names: list[str]) -> bytes:
    """Token metrics as little-endian float32, one row for each name; a missing value is NaN, one beyond float32 infinite."""
    n_tokens = int(sample.tokens.sizes[0])
    with np.errstate(over="ignore"):  # beyond 3.4e38 it is infinite
        rows = [np.asarray(sample.tokens.values[name], "<f4") for name in names]
    return b"".join(row[:n_tokens].tobytes() for row in rows)


def listed_rows(sample: DecodedSample, names: list[str]) -> dict[str, list[float | None]]:
    """Token metrics as lists; None where a value is missing, NaN where NaN was logged."""
    rows: dict[str, list[float | None]] = {}
    for name in names:
        missing = sample.tokens.missing.get(name)
        values = sample.tokens.values[name].tolist()
        rows[name] = [None if missing is not None and missing[i] else x for i, x in enumerate(values)]
    return rows


def missing_spans(missing: Mapping[str, Bools], names: list[str]) -> dict[str, list[tuple[int, int]]]:
    """Where each metric has no value: [from, to) spans of positions."""
    spans: dict[str, list[tuple[int, int]]] = {}
    for name in names:
        if name in missing and missing[name].any():
            edges = np.flatnonzero(np.diff(np.concatenate([[0], missing[name].astype(np.int8), [0]])))
            spans[name] = [(int(a), int(b)) for a, b in zip(edges[::2], edges[1::2], strict=True)]
    return spans
