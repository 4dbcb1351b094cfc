"""What is said of a join: what was joined, from where, and how many samples have it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class JoinSummary:
    """What was joined to the rows of a run by key.

    Attributes:
        what: `reference` or `scores`.
        source: a file below the log directory, or a run.
        matched, unmatched: samples with a row of it, and without.
        columns: names of metrics and texts that have values from it.
    """

    what: str
    source: str
    matched: int
    unmatched: int
    columns: tuple[str, ...]
