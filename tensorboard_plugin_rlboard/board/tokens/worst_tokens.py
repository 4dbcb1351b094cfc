"""The most extreme tokens of a selection, found without a table of all tokens.

The index keeps each sample's extreme values. Samples are read again from the most extreme one on, until no token of an
unread sample can be among those wanted: the answer is exact after few lines.
"""

from __future__ import annotations

import heapq
import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from tensorboard_plugin_rlboard.api import MetricInfo, WorstTokens
from tensorboard_plugin_rlboard.board.limits.running_question import check_stopped
from tensorboard_plugin_rlboard.board.missing_column import missing_column_error
from tensorboard_plugin_rlboard.board.run_schema import RunSession, token_metric_info
from tensorboard_plugin_rlboard.board.samples.decoded_samples import SampleLocation
from tensorboard_plugin_rlboard.board.samples.ids import sample_id
from tensorboard_plugin_rlboard.board.samples.shown_tokens import Spelling, spelling_of
from tensorboard_plugin_rlboard.board.selection import select_samples
from tensorboard_plugin_rlboard.board.tokens.extreme_tokens import (
    ExtremeTokens,
    SampleExtremes,
    TokenSearch,
)
from tensorboard_plugin_rlboard.board.tokens.question import WorstTokensQuestion
from tensorboard_plugin_rlboard.board.tokens.worst_table import ExtremeToken, worst_table
from tensorboard_plugin_rlboard.errors import ArgumentError, UnknownError
from tensorboard_plugin_rlboard.index.column_names import metric

MAX_LIMIT = 200
MAX_BYTES = 128 * 1024 * 1024
"""Bytes of lines that one question reads again at most."""
BY = ("sample", "token", "position")
ENDS = {"highest": "greatest", "lowest": "least", "extreme": "furthest from 0"}
_USUAL_METRICS = ("k3", "log_ratio", "mismatch_k3", "surprise", "logprobs")
"""Of these the first that the run has is taken where none is named."""
_LOW_IS_WORSE = frozenset({"probability", "log_probability"})


@dataclass(frozen=True)
class _Candidate:
    """A sample, and how far out its most extreme token lies."""

    location: SampleLocation
    step: int
    reward: float | None
    extremity: float


def worst_tokens(
    session: RunSession, question: WorstTokensQuestion, extreme_tokens: ExtremeTokens
) -> WorstTokens:
    """Answers /worst_tokens.

    Args:
        session: the run.
        question: what is asked.
        extreme_tokens: finds the tokens of one sample, or knows them from an earlier question.

    Raises:
        ArgumentError: an unknown metric, grouping or end, or a limit that is too large.
    """
    by, limit = question.by, question.limit
    info, search = _search(session, question)
    max_samples = limit if by == "sample" else MAX_LIMIT
    with session.snapshot():
        n_samples, candidates = _candidates(session, question, search, max_samples)
    found: list[tuple[_Candidate, SampleExtremes]] = []
    top = _TopExtremities(limit if by == "sample" else 0)
    spellings: dict[int, Spelling] = {}
    n_read = n_bytes = 0
    least, complete = -math.inf, True
    for candidate in candidates:
        if top.is_full and candidate.extremity <= top.least:
            break
        location = candidate.location
        if n_read and n_bytes + location.length > MAX_BYTES:
            least = candidate.extremity if by == "sample" else least
            complete = False
            break
        check_stopped()
        n_bytes += location.length
        number = location.file.number
        if number not in spellings:
            spellings[number] = spelling_of(session, location.file)
        try:
            extremes = extreme_tokens.of(session, location, search, spellings[number])
        except UnknownError:  # rewritten since it was indexed: it will be read again in a moment
            complete = False
            continue
        n_read += 1
        found.append((candidate, extremes))
        top.add(extremes)
    least = max(least, top.least if top.is_full else -math.inf)
    tokens = [token for candidate, extremes in found for token in _tokens(candidate, extremes, least)]
    columns = worst_table(tokens, by, search.end, info.kind, limit)
    return WorstTokens(info, by, search.end, n_samples, n_read, complete, columns)


class _TopExtremities:
    """The extremities of the most extreme tokens found so far, `limit` at most; never full for a limit of 0, which means all."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._furthest: list[float] = []

    @property
    def is_full(self) -> bool:
        """Whether there are `limit` of them."""
        return 0 < self._limit <= len(self._furthest)

    @property
    def least(self) -> float:
        """The smallest of them."""
        return self._furthest[0]

    def add(self, extremes: SampleExtremes) -> None:
        """Takes the tokens of a sample, the most extreme one first."""
        for extremity in extremes.extremities.tolist() if self._limit else ():
            if not self.is_full:
                heapq.heappush(self._furthest, extremity)
            elif extremity > self.least:
                heapq.heapreplace(self._furthest, extremity)
            else:
                return


def _tokens(candidate: _Candidate, extremes: SampleExtremes, least: float) -> Iterator[ExtremeToken]:
    """The tokens of a sample with at least such an extremity."""
    location = candidate.location
    own_id = sample_id(location.file.digest, location.offset, location.row)
    for index in np.flatnonzero(extremes.extremities >= least).tolist():
        before, text, after = extremes.texts[index]
        yield ExtremeToken(
            own_id,
            candidate.step,
            int(extremes.positions[index]),
            text,
            before,
            after,
            extremes.prompt,
            candidate.reward,
            float(extremes.values[index]),
            float(extremes.extremities[index]),
        )


def _search(session: RunSession, question: WorstTokensQuestion) -> tuple[MetricInfo, TokenSearch]:
    """The metric of a question and what it looks for, checked."""
    info = _metric(session, question.metric)
    usual_end = "extreme" if info.kind == "signed" else "lowest" if info.kind in _LOW_IS_WORSE else "highest"
    by, end = question.by, question.end or usual_end
    if by not in BY:
        raise ArgumentError(f"by={by[:40]} is not known: it takes {', '.join(BY)}.")
    if end not in ENDS:
        raise ArgumentError(f"end={end[:40]} is not known: it takes {', '.join(ENDS)}.")
    if not 0 < question.limit <= MAX_LIMIT or question.per_sample < 0:
        raise ArgumentError(f"limit takes 1 to {MAX_LIMIT} and per_sample 0 (any number) or more.")
    per_sample = (question.per_sample or question.limit) if by == "sample" else 0
    return info, TokenSearch(info.name, end, per_sample, question.text_rules)


def _metric(session: RunSession, name: str) -> MetricInfo:
    names = session.schema.token_metrics
    name = name or next((usual for usual in _USUAL_METRICS if usual in names), next(iter(names), ""))
    if name not in names:
        unknown = (
            f"metric={name[:40]} is not a token metric of run {session.run.name[:40]}: it has "
            f"{', '.join(names[:12]) or 'none'}."
        )
        raise missing_column_error(session.run, session.schema, name or "logprobs", ArgumentError(unknown))
    return token_metric_info(name, session.run.token_metrics)


def _candidates(
    session: RunSession, question: WorstTokensQuestion, search: TokenSearch, limit: int
) -> tuple[int, list[_Candidate]]:
    """How many samples have a value, and the `limit` most extreme: they hold as many of the most extreme tokens."""
    name = search.metric
    if f"{name}_max" not in session.schema.metric_sql:
        return 0, []
    high, low = metric(f"{name}_max"), metric(f"{name}_min")
    extremity = {"highest": high, "lowest": f"-{low}", "extreme": f"greatest({high}, -{low})"}[search.end]
    samples = select_samples(session, question.selection)
    where = f"{samples.where} AND isfinite({extremity})"
    reward = session.schema.metric_sql.get("reward", "NULL")
    execute = session.cursor.execute
    count = execute(f"SELECT count(*) FROM {samples.table_sql} WHERE {where}", samples.values).fetchall()[0][
        0
    ]
    rows = execute(
        f'SELECT file, line_offset, "row", line_length, annotations, step, {reward}, {extremity} AS reach '
        f"FROM {samples.table_sql} "
        f"WHERE {where} ORDER BY reach DESC, step, line_offset, file, "
        f'"row" LIMIT {int(limit)}',
        samples.values,
    ).fetchall()
    files = {file.number: file for file in tuple(session.run.files.values())}
    candidates = [
        _Candidate(
            SampleLocation(files[number], offset, length, row, annotations or ""), step, reward, extremity
        )
        for number, offset, row, length, annotations, step, reward, extremity in rows
        if number in files
    ]
    return int(count), candidates
