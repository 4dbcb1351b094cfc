"""The numbers of every sample of a range, from its aligned tokens: one float64 a sample and name."""

from __future__ import annotations

import zlib
from collections.abc import Iterable

import numpy as np

from tensorboard_plugin_rlboard.metrics.segments import Floats
from tensorboard_plugin_rlboard.metrics.step_sums import explained_variance, sample_sums
from tensorboard_plugin_rlboard.metrics.token_statistics import statistics
from tensorboard_plugin_rlboard.metrics.tokens import Tokens, with_derived_metrics

STORED = ("sum", "std", "min", "max", "argmax", "absmean")
"""Statistics with a column of their own; the mean is sum / count, so that it can be token-weighted over samples."""


def sample_numbers(
    tokens: Tokens, gamma: float = 1.0, lam: float = 1.0
) -> tuple[dict[str, Floats], dict[str, Floats]]:
    """Computes every number of the samples; gamma and lam are those of the critic's targets.

    Returns:
        The metrics by name, and the hidden sums (`<token metric>_count` and those of `sample_sums`) by name.
    """
    whole = with_derived_metrics(tokens, gamma, lam)
    metrics: dict[str, Floats] = {"n_tokens": np.where(tokens.sizes > 0, tokens.sizes, np.nan)}
    sums = sample_sums(tokens, gamma, lam)
    bad = np.zeros(len(tokens.sizes))
    for name in whole.values:
        found = statistics(whole, name)
        if name in tokens.values:  # a NaN of a derived metric is the logged one once more
            bad += found.nonfinite
        sums |= {f"{name}_count": found.count, f"{name}_nonfinite": found.nonfinite}
        metrics |= {f"{name}_{statistic}": getattr(found, statistic) for statistic in STORED}
        if name == "value_error":
            with np.errstate(invalid="ignore", divide="ignore"):
                metrics["value_mse"] = found.std**2 + (found.sum / found.count) ** 2
    metrics["nonfinite"] = bad
    if "ev_n" in sums:
        metrics["explained_variance"] = explained_variance(sums)
    return metrics, sums


_SHORTEST = 200


def repetition(responses: Iterable[object]) -> Floats:
    """1 - compressed size (zlib, level 1) / size of each text of at least 200 bytes of UTF-8, else NaN; high is repetitive."""
    return np.asarray([_repetition(response) for response in responses], np.float64)


def _repetition(response: object) -> float:
    raw = response.encode("utf-8", "replace") if isinstance(response, str) else b""
    if len(raw) < _SHORTEST:
        return np.nan
    # A window as long as the text gives the same size as the largest one, which costs short texts twice the time.
    window = max(10, min(15, len(raw).bit_length() + 1))
    return 1.0 - len(zlib.compress(raw, 1, window)) / len(raw)
