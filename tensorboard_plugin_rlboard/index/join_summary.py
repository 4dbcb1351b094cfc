"""What was joined to a run by key, from where, and how many of its samples have it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class JoinSummary:
    """What one source of a join brought to the rows of a run.

    Attributes:
        what: `reference` (reference answers), `scores` or `annotations`.
        source: a file below the log directory, or a run.
        matched, unmatched: samples with a row of it, and without.
        columns: names of metrics and texts that have values from it.
    """

    what: str
    source: str
    matched: int
    unmatched: int
    columns: tuple[str, ...]
