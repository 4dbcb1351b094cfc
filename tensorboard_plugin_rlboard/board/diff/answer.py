"""Answers /diff: the units of both texts, and the opcodes that make the left one into the right one."""

from __future__ import annotations

from collections.abc import Sequence

from tensorboard_plugin_rlboard.api import Diff, DiffOpcodes, DiffSide, MetricInfo
from tensorboard_plugin_rlboard.board.alignment.align import align
from tensorboard_plugin_rlboard.board.alignment.units import first_units, spaced_tokens
from tensorboard_plugin_rlboard.board.diff.question import DiffQuestion
from tensorboard_plugin_rlboard.board.diff.sides import Side, reference_side, response_side
from tensorboard_plugin_rlboard.board.run_schema import RunSession
from tensorboard_plugin_rlboard.board.samples.decoded_samples import DecodedSamples
from tensorboard_plugin_rlboard.errors import ArgumentError

MAX_UNITS = 200_000
"""Units of a text that are compared; the rest is left out and counted."""
_SHORTEST_MOVE = {"token": 8, "word": 12, "character": 24}
"""Units from which on a stretch that stands elsewhere counts as moved; spaces are units of a text."""


def diff(session: RunSession, against: RunSession, question: DiffQuestion, decoded: DecodedSamples) -> Diff:
    """Answers /diff.

    Args:
        session: the run of the response.
        against: the run of what it is compared with.
        question: what is asked.
        decoded: samples that are kept.

    Raises:
        ArgumentError: there is nothing to compare, or not by that unit.
        UnknownError: a run has no such sample.
    """
    _check(question)
    right = response_side(session, question.id, question.text_rules, decoded)
    if question.against:
        left = reference_side(against, question.id, question.text_rules)
    else:
        left = response_side(against, question.against_id, question.text_rules, decoded)
    unit = question.unit or ("token" if left.tokens and right.tokens else "word")
    metric = _metric(question, unit, left, right)
    name = "" if metric is None else metric.name
    of_left, of_right = _units(left, unit), _units(right, unit)
    compared_left, compared_right = of_left[0], of_right[0]
    if unit == "token":
        compared_left, compared_right = (side.compared_tokens()[:MAX_UNITS] for side in (left, right))
    opcodes = align(compared_left, compared_right, _SHORTEST_MOVE[unit])
    return Diff(
        unit=unit,
        in_one_piece=opcodes.in_one_piece,
        metric=metric,
        left=_side(left, unit, of_left, name),
        right=_side(right, unit, of_right, name),
        opcodes=DiffOpcodes(
            kind=[one.kind for one in opcodes.opcodes],
            left=[one.left for one in opcodes.opcodes],
            left_end=[one.left_end for one in opcodes.opcodes],
            right=[one.right for one in opcodes.opcodes],
            right_end=[one.right_end for one in opcodes.opcodes],
            move=[one.move for one in opcodes.opcodes],
        ),
    )


def _check(question: DiffQuestion) -> None:
    if question.against not in {"", "reference"}:
        raise ArgumentError(f"against={question.against[:60]} is not known: it takes reference.")
    if bool(question.against) == bool(question.against_id):
        raise ArgumentError(
            "Say what the response is compared with: against=reference, or another sample with against_id."
        )
    if question.unit not in {"", *_SHORTEST_MOVE}:
        raise ArgumentError(f"unit={question.unit[:60]} is not known: it takes token, word or character.")


def _metric(question: DiffQuestion, unit: str, left: Side, right: Side) -> MetricInfo | None:
    """The metric whose values come along; none where nobody said that tokens are compared and there are none.

    Raises:
        ArgumentError: what is compared has no such metric.
    """
    if not question.metric or (unit != "token" and not question.unit):
        return None
    metric = (
        (right.metric_info(question.metric) or left.metric_info(question.metric)) if unit == "token" else None
    )
    if metric is None:
        names = dict.fromkeys((*right.token_metrics, *left.token_metrics)) if unit == "token" else ()
        raise ArgumentError(
            f"metric={question.metric[:60]} is no metric of tokens that are compared: "
            f"{', '.join(names) or 'there are none'}."
        )
    return metric


def _units(side: Side, unit: str) -> tuple[Sequence[str], int]:
    """The text of a side, cut into units, and how many of them are left out.

    Raises:
        ArgumentError: it has none of them.
    """
    is_reference = side.name == "ref_response"
    if unit == "token":
        if not side.tokens:
            raise ArgumentError(
                f"The {'reference answer' if is_reference else 'response'} of sample {side.id} has no tokens: "
                "compare it by word or character."
            )
        return side.tokens[:MAX_UNITS], max(0, len(side.tokens) - MAX_UNITS)
    if side.text is None:
        raise ArgumentError(
            f"Sample {side.id} has no {'reference answer' if is_reference else 'response'} to compare."
        )
    return first_units(side.text, unit, MAX_UNITS)


def _side(side: Side, unit: str, units_and_rest: tuple[Sequence[str], int], metric: str) -> DiffSide:
    units, left_out = units_and_rest
    if unit == "token" and side.text is not None and not left_out:
        units = spaced_tokens(units, side.text)
    values = side.values(metric) if metric else None
    return DiffSide(
        run=side.run,
        id=side.id,
        step=side.step,
        text=side.name,
        units=units,
        left_out=left_out,
        values=None if values is None else values[:MAX_UNITS],
    )
