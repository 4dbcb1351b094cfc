"""The metrics and sums of every sample of a range, computed block by block from its token arrays."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from tensorboard_plugin_rlboard.formats.arrays.logged_arrays import LOGPROB_ARRAYS
from tensorboard_plugin_rlboard.formats.arrays.token_alignment import AlignedArrays
from tensorboard_plugin_rlboard.index.column_names import ColumnKind
from tensorboard_plugin_rlboard.index.parts.line_decoder import Problem
from tensorboard_plugin_rlboard.metrics.critic import critic_target
from tensorboard_plugin_rlboard.metrics.derived_metrics import with_derived_metrics
from tensorboard_plugin_rlboard.metrics.segments import Floats
from tensorboard_plugin_rlboard.metrics.step_sums import explained_variance, sample_sums
from tensorboard_plugin_rlboard.metrics.token_statistics import statistics
from tensorboard_plugin_rlboard.metrics.tokens import Tokens
from tensorboard_plugin_rlboard.texts import plural

_ROUNDING, _ROUNDING_BESIDE_OTHERS = 1e-3, 0.1
"""How far above 0 a log-probability may be by rounding: where none is below 0, and where others are."""
STORED = ("sum", "std", "min", "max", "argmax", "absmean")
"""Statistics with a column of their own; the mean is sum / count, so that it can be token-weighted over samples. It has
a hidden column where a sum has no float64."""
SIZE, TRIMMED = "size", "trimmed"
"""Tokens of a response and how many of its last are padding: computed with the sums, and no columns."""
Block = tuple[int, dict[tuple[ColumnKind, str], Floats]]
"""Index of the first row of a block, and what was computed for its rows."""


@dataclass(frozen=True)
class RowBlock:
    """The token arrays of some rows that follow each other.

    Attributes:
        lines: index of the line of each row.
        arrays: the arrays, laid onto the tokens.
        extra: keys beside the format's own with a list of numbers, so far.
    """

    lines: list[int]
    arrays: AlignedArrays
    extra: frozenset[str]


class SampleStatistics:
    """Computes the metrics of rows, block by block; what is held is one block of token arrays.

    Attributes:
        blocks: what was computed so far.
        last_tokens: the last token of each row so far where it looks like no word, else None.
        token_metrics: names of the token arrays that were laid onto tokens so far.
        problems: arrays that do not fit their tokens.
        lists: further key with lists of numbers -> rows in which the list fits the tokens, rows with a list and tokens.
        list_problems: further key -> rows in which its list does not fit, which is a problem of a token array only.
    """

    def __init__(self, gamma: float, lam: float) -> None:
        self.blocks: list[Block] = []
        self.last_tokens: list[str | None] = []
        self.token_metrics: set[str] = set()
        self.problems: list[Problem] = []
        self.lists: dict[str, tuple[int, int]] = {}
        self.list_problems: dict[str, list[Problem]] = {}
        self._gamma, self._lam = gamma, lam

    def add_block(self, block: RowBlock) -> None:
        """Computes the metrics of the rows that follow those of the last call."""
        first, logged, tokens = len(self.last_tokens), block.arrays.logged, block.arrays.tokens
        self.last_tokens += logged.last_token
        for misfit in block.arrays.mismatches:
            reason = (
                f"{misfit.array} has {misfit.length:,} {plural(misfit.length, 'value', 'values')} for {misfit.n_tokens:,} response {plural(misfit.n_tokens, 'token', 'tokens')}: it is left out, "
                "because nothing says which token each value belongs to."
            )
            problem = Problem(block.lines[misfit.sample], "length_mismatch", reason)
            further = misfit.array in logged.further
            (self.list_problems.setdefault(misfit.array, []) if further else self.problems).append(problem)
        metrics, sums = sample_numbers(tokens, self._gamma, self._lam)
        for sample, reason in no_logprobs(metrics):
            self.problems.append(Problem(block.lines[sample], "no_logprob", reason))
        trimmed = np.zeros(len(tokens.sizes))
        for trim in block.arrays.trims:
            trimmed[trim.sample] = trim.count
        for name in block.extra & logged.lengths.keys():
            with_tokens = (logged.lengths[name] > 0) & (tokens.sizes + trimmed > 0)
            misfits = block.arrays.mismatches if name in logged.further else []
            bad = sum(misfit.array == name for misfit in misfits)
            fitting, rows = self.lists.get(name, (0, 0))
            count = int(np.count_nonzero(with_tokens))
            self.lists[name] = fitting + count - bad, rows + count
        sums |= {SIZE: tokens.sizes.astype(np.float64), TRIMMED: trimmed}
        computed: dict[tuple[ColumnKind, str], Floats] = {
            ("m", name): array for name, array in metrics.items()
        }
        computed |= {("h", name): array for name, array in sums.items()}
        self.blocks.append((first, computed))
        self.token_metrics |= set(tokens.values)


def no_logprobs(metrics: Mapping[str, Floats]) -> Iterator[tuple[int, str]]:
    """Samples whose log-probabilities are none, and why, in one sentence: they are above 0.

    What rounding leaves above 0 is not meant: half precision has errors of a tenth where others of the list are below.

    Args:
        metrics: the metrics of some samples, float64 [samples] each.
    """
    for name in LOGPROB_ARRAYS:
        if f"{name}_max" not in metrics:
            continue
        most, least = metrics[f"{name}_max"], metrics[f"{name}_min"]
        with np.errstate(over="ignore", invalid="ignore"):
            none_below = (least >= 0) & (most > _ROUNDING)
            above = none_below | (most > _ROUNDING_BESIDE_OTHERS)
        for sample in np.flatnonzero(above).tolist():
            if not none_below[sample]:
                why = f"some are above 0 (up to {most[sample]:.3g}), which no log-probability is: look at how they are computed"
            elif most[sample] <= 1:
                why = "none is below 0 or above 1, as of probabilities: log their logarithms"
            else:
                why = "none is below 0, as of negative log-likelihoods: log them with the other sign"
            yield sample, f"{name} look like no log-probabilities: {why}. They are shown as they are."


def sample_numbers(tokens: Tokens, gamma: float, lam: float) -> tuple[dict[str, Floats], dict[str, Floats]]:
    """Computes every number of the samples; gamma and lam are those of the critic's targets.

    Returns:
        The metrics by name, and the hidden sums by name: `<token metric>_count`, `_nonfinite`, those of `sample_sums`, and
        `_mean` where a sum is infinite.
    """
    target = critic_target(tokens, gamma, lam)
    whole = with_derived_metrics(tokens, target, gamma, lam)
    metrics: dict[str, Floats] = {"n_tokens": np.where(tokens.sizes > 0, tokens.sizes, np.nan)}
    sums = sample_sums(tokens, target)
    bad = np.zeros(len(tokens.sizes))
    for name in whole.values:
        found = statistics(whole, name)
        if name in tokens.values:  # a NaN of a derived metric is the logged one once more
            bad += found.nonfinite * tokens.has(name)
        sums |= {f"{name}_count": found.count, f"{name}_nonfinite": found.nonfinite}
        metrics |= {f"{name}_{statistic}": getattr(found, statistic) for statistic in STORED}
        if np.isinf(found.sum).any():
            sums[f"{name}_mean"] = found.mean
        if name == "value_error":
            with np.errstate(over="ignore"):
                metrics["value_mse"] = found.std**2 + found.mean**2
    metrics["nonfinite"] = bad
    if "ev_tt" in sums:
        metrics["explained_variance"] = explained_variance(sums)
    return metrics, sums
