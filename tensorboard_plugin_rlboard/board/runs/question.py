"""The question of /problems."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class ProblemsQuestion:
    """Lines and values of a run that could not be used.

    Attributes:
        run: the run.
        offset: problems to skip.
        limit: problems of the answer.
        kind: problems of this kind only; empty for all.
    """

    run: str
    offset: int = 0
    limit: int = 50
    kind: str = ""
