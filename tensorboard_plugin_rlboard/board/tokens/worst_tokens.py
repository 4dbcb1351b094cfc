"""The most extreme tokens of a selection, found without a table of all tokens.

The index keeps each sample's extreme values. Samples are read again from the most extreme one on, until no token of an
unread sample can be among those wanted: the answer is exact after few lines.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from tensorboard_plugin_rlboard.api import MetricInfo, WorstTokens
from tensorboard_plugin_rlboard.board.limits.running_question import check_stopped
from tensorboard_plugin_rlboard.board.run_schema import RunSession, token_metric_info
from tensorboard_plugin_rlboard.board.samples.decoded_samples import (
    DecodedSample,
    SampleLocation,
    decode_sample,
)
from tensorboard_plugin_rlboard.board.samples.ids import sample_id
from tensorboard_plugin_rlboard.board.samples.shown_tokens import shown_tokens
from tensorboard_plugin_rlboard.board.selection import select_samples
from tensorboard_plugin_rlboard.board.tokens.question import WorstTokensQuestion
from tensorboard_plugin_rlboard.board.tokens.worst_table import ExtremeToken, worst_table
from tensorboard_plugin_rlboard.errors import ArgumentError, UnknownError
from tensorboard_plugin_rlboard.index.column_names import metric
from tensorboard_plugin_rlboard.metrics.segments import Floats
from tensorboard_plugin_rlboard.texts import cut_prompt

MAX_LIMIT = 200
MAX_BYTES = 128 * 1024 * 1024
"""Bytes of lines that one question reads again at most."""
BY = ("sample", "token", "position")
ENDS = {"highest": "greatest", "lowest": "least", "extreme": "furthest from 0"}
_USUAL_METRICS = ("k3", "log_ratio", "mismatch_k3", "surprise", "logprobs")
"""Of these the first that the run has is taken where none is named."""
_LOW_IS_WORSE = frozenset({"probability", "log_probability"})
_CONTEXT = 64
"""Characters shown on either side of a token."""


@dataclass(frozen=True)
class _Candidate:
    """A sample, and how far out its most extreme token lies."""

    location: SampleLocation
    step: int
    reward: float | None
    extremity: float


@dataclass(frozen=True)
class _Search:
    """What is looked for: a token metric, which of its values, and how many tokens of a sample (0: all)."""

    metric: MetricInfo
    end: str
    per_sample: int


def worst_tokens(session: RunSession, question: WorstTokensQuestion) -> WorstTokens:
    """Answers /worst_tokens.

    Raises:
        ArgumentError: an unknown metric, grouping or end, or a limit that is too large.
    """
    by, limit = question.by, question.limit
    search = _search(session, question)
    max_samples = limit if by == "sample" else MAX_LIMIT
    with session.snapshot():
        n_samples, candidates = _candidates(session, question, search, max_samples)
    tokens: list[ExtremeToken] = []
    n_read = n_bytes = 0
    complete = True
    for candidate in candidates:
        if by == "sample" and _has_enough(tokens, limit, candidate.extremity):
            break
        if n_read and n_bytes + candidate.location.length > MAX_BYTES:
            tokens = [token for token in tokens if by != "sample" or token.extremity >= candidate.extremity]
            complete = False
            break
        check_stopped()
        n_bytes += candidate.location.length
        try:
            sample = decode_sample(session.run, candidate.location)
        except UnknownError:  # rewritten since it was indexed: it will be read again in a moment
            complete = False
            continue
        n_read += 1
        tokens += _extreme_tokens(session, candidate, sample, search)
    columns = worst_table(tokens, by, search.end, search.metric.kind, limit)
    return WorstTokens(search.metric, by, search.end, n_samples, n_read, complete, columns)


def _search(session: RunSession, question: WorstTokensQuestion) -> _Search:
    """What a question looks for, checked."""
    info = _metric(session, question.metric)
    usual_end = "extreme" if info.kind == "signed" else "lowest" if info.kind in _LOW_IS_WORSE else "highest"
    by, end = question.by, question.end or usual_end
    if by not in BY:
        raise ArgumentError(f"by={by[:40]} is not known: it takes {', '.join(BY)}.")
    if end not in ENDS:
        raise ArgumentError(f"end={end[:40]} is not known: it takes {', '.join(ENDS)}.")
    if not 0 < question.limit <= MAX_LIMIT or question.per_sample < 0:
        raise ArgumentError(f"limit takes 1 to {MAX_LIMIT} and per_sample 0 (any number) or more.")
    return _Search(info, end, (question.per_sample or question.limit) if by == "sample" else 0)


def _metric(session: RunSession, name: str) -> MetricInfo:
    names = session.schema.token_metrics
    name = name or next((usual for usual in _USUAL_METRICS if usual in names), next(iter(names), ""))
    if name not in names:
        raise ArgumentError(
            f"metric={name[:40]} is not a token metric of run {session.run.name[:40]}: it has "
            f"{', '.join(names[:12]) or 'none'}."
        )
    return token_metric_info(name, session.run.token_metrics)


def _candidates(
    session: RunSession, question: WorstTokensQuestion, search: _Search, limit: int
) -> tuple[int, list[_Candidate]]:
    """How many samples have a value, and the `limit` most extreme: they hold as many of the most extreme tokens."""
    name = search.metric.name
    if f"{name}_max" not in session.schema.metric_sql:
        return 0, []
    high, low = metric(f"{name}_max"), metric(f"{name}_min")
    extremity = {"highest": high, "lowest": f"-{low}", "extreme": f"greatest({high}, -{low})"}[search.end]
    samples = select_samples(session, question.selection)
    where = f"{samples.where} AND isfinite({extremity})"
    reward = session.schema.metric_sql.get("reward", "NULL")
    execute = session.cursor.execute
    count = execute(f"SELECT count(*) FROM {samples.source} WHERE {where}", samples.values).fetchall()[0][0]
    rows = execute(
        f'SELECT file, line_offset, "row", line_length, annotations, step, {reward}, {extremity} AS reach '
        f"FROM {samples.source} "
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


def _has_enough(tokens: list[ExtremeToken], limit: int, extremity: float) -> bool:
    """Whether no token of a sample that lies so far out can be among the first `limit` any more."""
    return sum(token.extremity >= extremity for token in tokens) >= limit


def _extremities(values: Floats, end: str) -> Floats:
    """How far out each value lies: the larger, the worse."""
    return {"highest": values, "lowest": -values, "extreme": np.abs(values)}[end]


def _extreme_tokens(
    session: RunSession, candidate: _Candidate, sample: DecodedSample, search: _Search
) -> list[ExtremeToken]:
    """The most extreme tokens of a sample, of those that count in statistics."""
    tokens, name = sample.tokens, search.metric.name
    values = tokens.values.get(name)
    if values is None:
        return []
    counts = np.isfinite(values)
    if name in tokens.missing:
        counts &= ~tokens.missing[name]
    if tokens.mask is not None:
        counts &= tokens.mask
    positions = np.flatnonzero(counts)
    extremities = _extremities(values[positions], search.end)
    if search.per_sample:
        order = np.argsort(-extremities, kind="stable")[: search.per_sample]
        positions, extremities = positions[order], extremities[order]
    location = candidate.location
    texts = shown_tokens(session, location.file, sample.row)
    prompt = cut_prompt(sample.row.texts.get("prompt", ""))
    own_id = sample_id(location.file.digest, location.offset, location.row)

    def token(at: int, extremity: float) -> ExtremeToken:
        before, text, after = _with_context(texts, at, has_context=bool(search.per_sample))
        value, reward = float(values[at]), candidate.reward
        around = (text, before, after, prompt)
        return ExtremeToken(own_id, candidate.step, at, *around, reward, value, extremity)

    return [token(int(at), float(x)) for at, x in zip(positions, extremities, strict=True)]


def _with_context(texts: list[str], at: int, *, has_context: bool) -> tuple[str, str, str]:
    """The text before a token, the token, and the text after it."""
    token = texts[at] if at < len(texts) else ""
    if not has_context:
        return "", token, ""
    before = "".join(texts[max(0, at - _CONTEXT) : at])[-_CONTEXT:]
    return before, token, "".join(texts[at + 1 : at + 1 + _CONTEXT])[:_CONTEXT]
