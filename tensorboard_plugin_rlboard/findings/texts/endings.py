"""The last tokens of a few responses of a step: how many repeat one token, as padding does."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class StepEndings:
    """The ends of some responses of one step.

    Attributes:
        step: its number.
        responses: how many were looked at that have tokens.
        padded: how many of them end with one special token several times, or with several equal ones of log-probability 0.0,
            which count as tokens of the response.
        tokens: such tokens of all of them, without the first of each.
        token: one of them.
    """

    step: int
    responses: int
    padded: int
    tokens: int
    token: str = ""
