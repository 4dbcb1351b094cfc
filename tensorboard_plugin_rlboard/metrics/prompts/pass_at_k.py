"""pass@k and avg@k: the share of prompts solved by at least one of k samples, and by a single one.

Source: Chen et al. 2021 (arXiv 2107.03374), section 2.1, the unbiased estimator; docs/metrics.md, "pass@k and avg@k".
"""

from __future__ import annotations

from math import comb

import numpy as np

from tensorboard_plugin_rlboard.metrics.segments import Floats, Ints


def pass_at_k(n: int, c: int, k: int) -> float:
    """The probability that one of k samples passes, drawn without replacement from n of which c pass.

    Args:
        n: samples.
        c: those that pass, at most n.
        k: samples that are drawn, at most n.
    """
    return 1.0 - comb(n - c, k) / comb(n, k)


def powers_of_two(n: int) -> list[int]:
    """1, 2, 4 … up to n."""
    return [2**i for i in range(max(0, n).bit_length())]


def pass_sums(n: Ints, c: Ints, ks: list[int]) -> tuple[Ints, Floats, Floats]:
    """Sums over prompts, of which those with fewer than k samples do not count for k.

    Args:
        n: samples of each prompt, int64 [prompts].
        c: those that pass, int64 [prompts].
        ks: the numbers of samples to draw.

    Returns:
        For each k: how many prompts count, the sum of their pass@k, and of their shares c / n.
    """
    base = int(n.max(initial=0)) + 1
    pairs, prompts = np.unique(n * base + c, return_counts=True)
    counts, passes, shares = np.zeros(len(ks), np.int64), np.zeros(len(ks)), np.zeros(len(ks))
    for pair, number in zip(pairs.tolist(), prompts.tolist(), strict=True):
        total, passed = divmod(pair, base)
        for i, k in enumerate(ks):
            if k <= total:
                counts[i] += number
                passes[i] += number * pass_at_k(total, passed, k)
                shares[i] += number * passed / total
    return counts, passes, shares
