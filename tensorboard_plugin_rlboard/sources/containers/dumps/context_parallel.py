"""Puts the slices of a response together that the ranks of context parallelism hold.

Each of n ranks holds two of 2n equal chunks of a sequence: rank r has chunk r and chunk 2n−1−r, so that all have as
much to do under a causal mask. Of a response the slice of a rank is what these two chunks have of it, the earlier one
first. A value of the response's token k stands where the model predicts it, one position before the token: at position
prompt − 1 + k of the sequence.

Source: ``get_logits_and_tokens_offset_with_cp`` in ``miles/backends/training_utils/cp_utils.py`` of radixark/miles
31f1ca9.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from tensorboard_plugin_rlboard.texts import plural


def response_slices(total: int, response: int, size: int, padded: int) -> list[list[tuple[int, int]]]:
    """Which tokens of a response each rank holds.

    Args:
        total: Tokens of the whole sequence.
        response: Tokens of the response, which are the last ones.
        size: Number of ranks.
        padded: Length that the chunks are cut from: ``total``, or what all sequences of the batch were padded to.

    Returns:
        For each rank its two ranges of response tokens, begin and end; an empty range has no width.
    """
    first = total - response - 1
    chunk = -(-padded // (2 * size))
    slices = []
    for rank in range(size):
        ranges = []
        for number in (rank, 2 * size - 1 - rank):
            begin, end = max(number * chunk, first), min((number + 1) * chunk, total - 1)
            ranges.append((begin - first, end - first) if begin < end else (0, 0))
        slices.append(ranges)
    return slices


def whole_response(
    slices: Mapping[int, Sequence[object]], total: int, response: int, size: int, padded: int
) -> list[object]:
    """The values of a whole response from the slices of all ranks.

    Args:
        slices: Rank -> its slice.
        total: Tokens of the whole sequence.
        response: Tokens of the response.
        size: Number of ranks.
        padded: As in ``response_slices``.

    Raises:
        ValueError: A rank is missing, or its slice has not the width that the layout gives it; one sentence.
    """
    whole: list[object] = [None] * response
    for rank, ranges in enumerate(response_slices(total, response, size, padded)):
        if rank not in slices:
            msg = f"the slice of context-parallel rank {rank} of {size} is missing"
            raise ValueError(msg)
        width, values = sum(end - begin for begin, end in ranges), slices[rank]
        if len(values) != width:
            msg = f"context-parallel rank {rank} of {size} holds {len(values):,} {plural(len(values), 'value', 'values')}, not {width:,}"
            raise ValueError(msg)
        at = 0
        for begin, end in ranges:
            whole[begin:end] = values[at : at + end - begin]
            at += end - begin
    return whole
