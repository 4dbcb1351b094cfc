"""The most extreme tokens of a selection, found without a table of all tokens.

The index keeps each sample's extreme values. Samples are read again from the most extreme one on, until no token of an
unread sample can be among those wanted: the answer is exact after few lines.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from tensorboard_plugin_rlboard.api import MetricInfo, WorstTokens
from tensorboard_plugin_rlboard.board.query_limits import check
from tensorboard_plugin_rlboard.board.run_schema import token_info, token_metrics
from tensorboard_plugin_rlboard.board.samples.decoded_samples import DecodedSample, open_line
from tensorboard_plugin_rlboard.board.samples.ids import sample_id
from tensorboard_plugin_rlboard.board.selection import Selection, relation
from tensorboard_plugin_rlboard.board.tokens.worst_table import Found, table
from tensorboard_plugin_rlboard.errors import ArgumentError, UnknownError
from tensorboard_plugin_rlboard.formats.tokenization.token_text import decode_for_display
from tensorboard_plugin_rlboard.index.column_names import metric, physical
from tensorboard_plugin_rlboard.index.run import RunIndex
from tensorboard_plugin_rlboard.index.run_file import IndexedFile
from tensorboard_plugin_rlboard.metrics.segments import Floats

if TYPE_CHECKING:
    import duckdb

MAX_LIMIT = 200
MAX_BYTES = 128 * 1024 * 1024
"""Bytes of lines that one question reads again at most."""
BY = ("sample", "token", "position")
ENDS = {"highest": "greatest", "lowest": "least", "extreme": "furthest from 0"}
_FIRST = ("k3", "log_ratio", "mismatch_k3", "surprise", "logprobs")
_LOW = frozenset({"probability", "log_probability"})
_BESIDE = 24
"""Characters shown on either side of a token."""


@dataclass(frozen=True)
class _Candidate:
    """A sample, and how far its most extreme token lies out."""

    file: IndexedFile
    offset: int
    row: int
    length: int
    step: int
    reach: float


def worst_tokens(
    cursor: duckdb.DuckDBPyConnection,
    run: RunIndex,
    chosen: Selection,
    name: str,
    *,
    by: str = "sample",
    end: str = "",
    limit: int = 50,
    per_sample: int = 0,
) -> WorstTokens:
    """Answers /worst_tokens.

    Raises:
        ArgumentError: an unknown metric, grouping or end, or a limit that is too large.
    """
    info = _metric(run, name)
    end = end or ("extreme" if info.kind == "signed" else "lowest" if info.kind in _LOW else "highest")
    if by not in BY:
        raise ArgumentError(f"by={by[:40]} is not known: it takes {', '.join(BY)}.")
    if end not in ENDS:
        raise ArgumentError(f"end={end[:40]} is not known: it takes {', '.join(ENDS)}.")
    if not 0 < limit <= MAX_LIMIT or per_sample < 0:
        raise ArgumentError(f"limit takes 1 to {MAX_LIMIT} and per_sample 0 (any number) or more.")
    most = limit if by == "sample" else MAX_LIMIT
    samples, candidates = _candidates(cursor, run, chosen, info.name, end, most)
    found: list[Found] = []
    read = size = 0
    whole = True
    for candidate in candidates:
        if by == "sample" and _enough(found, limit, candidate.reach):
            break
        if read and size + candidate.length > MAX_BYTES:
            found = [one for one in found if by != "sample" or one.reach >= candidate.reach]
            whole = False
            break
        check()
        size += candidate.length
        try:
            opened = open_line(run, candidate.file, candidate.offset, candidate.length, candidate.row)
        except UnknownError:  # rewritten since it was indexed: it will be read again in a moment
            whole = False
            continue
        read += 1
        found += _tokens(candidate, opened, info.name, end, (per_sample or limit) if by == "sample" else 0)
    return WorstTokens(info, by, end, samples, read, whole, table(found, by, end, info.kind, limit))


def _metric(run: RunIndex, name: str) -> MetricInfo:
    known = {info.name: info for info in token_metrics(run)}
    name = name or next((first for first in _FIRST if first in known), next(iter(known), ""))
    if name not in known:
        listed = ", ".join(list(known)[:12]) or "none"
        raise ArgumentError(
            f"metric={name[:40]} is not a token metric of run {run.name[:40]}: it has {listed}."
        )
    return token_info(name)


def _candidates(
    cursor: duckdb.DuckDBPyConnection, run: RunIndex, chosen: Selection, name: str, end: str, most: int
) -> tuple[int, list[_Candidate]]:
    """How many samples have a value, and the `most` extreme of them: they hold as many of the most extreme tokens."""
    high, low = metric(f"{name}_max"), metric(f"{name}_min")
    if physical("m", f"{name}_max") not in run.columns:
        return 0, []
    reach = {"highest": high, "lowest": f"-{low}", "extreme": f"greatest({high}, -{low})"}[end]
    rows = relation(cursor, run, chosen)
    where = f"{rows.where} AND isfinite({reach})"
    counted = cursor.execute(f"SELECT count(*) FROM {rows.source} WHERE {where}", rows.values).fetchall()
    found = cursor.execute(
        f'SELECT file, line_offset, "row", line_length, step, {reach} AS reach FROM {rows.source} '
        f"WHERE {where} ORDER BY reach DESC, step, line_offset, file, "
        f'"row" LIMIT {int(most)}',
        rows.values,
    ).fetchall()
    files = {file.number: file for file in tuple(run.files.values())}
    candidates = [
        _Candidate(files[number], offset, row, length, step, reach)
        for number, offset, row, length, step, reach in found
        if number in files
    ]
    return int(counted[0][0]), candidates


def _enough(found: list[Found], limit: int, reach: float) -> bool:
    """Whether no token of a sample that reaches so far can be among the first `limit` any more."""
    return sum(one.reach >= reach for one in found) >= limit


def _reaches(values: Floats, end: str) -> Floats:
    """How far out each value lies: the larger, the worse."""
    return {"highest": values, "lowest": -values, "extreme": np.abs(values)}[end]


def _tokens(candidate: _Candidate, opened: DecodedSample, name: str, end: str, most: int) -> list[Found]:
    """The tokens of a sample that count in statistics: the `most` extreme ones, all of them for 0."""
    tokens = opened.tokens
    values = tokens.values.get(name)
    if values is None:
        return []
    counts = np.isfinite(values)
    if name in tokens.missing:
        counts &= ~tokens.missing[name]
    if tokens.mask is not None:
        counts &= tokens.mask
    places = np.flatnonzero(counts)
    reaches = _reaches(values[places], end)
    if most:
        order = np.argsort(-reaches, kind="stable")[:most]
        places, reaches = places[order], reaches[order]
    shown = decode_for_display(opened.row.raw_tokens)
    own = sample_id(candidate.file.digest, candidate.offset, candidate.row)

    def found(place: int, reach: float) -> Found:
        before, token, after = _around(shown, place, beside=bool(most))
        return Found(own, candidate.step, place, token, before, after, float(values[place]), reach)

    return [found(int(place), float(reach)) for place, reach in zip(places, reaches, strict=True)]


def _around(shown: list[str], place: int, *, beside: bool) -> tuple[str, str, str]:
    """The token and the text before and after it."""
    token = shown[place] if place < len(shown) else ""
    if not beside:
        return "", token, ""
    before = "".join(shown[max(0, place - _BESIDE) : place])[-_BESIDE:]
    return before, token, "".join(shown[place + 1 : place + 1 + _BESIDE])[:_BESIDE]
