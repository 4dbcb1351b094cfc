"""The samples and tokens that show a finding: a bounded query within its steps, and tokens from the kept extremes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from tensorboard_plugin_rlboard import api
from tensorboard_plugin_rlboard.board.run_schema import RunSession
from tensorboard_plugin_rlboard.board.samples.decoded_samples import SampleLocation, decode_sample
from tensorboard_plugin_rlboard.board.samples.ids import sample_id
from tensorboard_plugin_rlboard.board.samples.shown_tokens import shown_tokens, spelling_of
from tensorboard_plugin_rlboard.board.selection import Selection, select_samples
from tensorboard_plugin_rlboard.errors import ArgumentError, UnknownError, UnreadError
from tensorboard_plugin_rlboard.findings.finding import EvidenceQuery, Finding
from tensorboard_plugin_rlboard.findings.texts.word_sequences import loop_start
from tensorboard_plugin_rlboard.index.column_names import metric
from tensorboard_plugin_rlboard.metrics.segments import Floats

MAX_SAMPLES = 20
"""Samples that a finding names."""
_MAX_SAMPLES_READ = 4
"""Samples whose lines are read again where the index does not keep at which token the number is."""
_MAX_LINE_BYTES = 8 * 1024 * 1024
_MAX_STEPS_SEARCHED = 64
"""Where texts are searched or compared, it is done in the newest of the finding's steps, so many step numbers back."""


@dataclass(frozen=True)
class Evidence:
    """The evidence of a finding: ids of samples, the strongest first, their steps, the numbers that order them, and tokens of some."""

    samples: tuple[str, ...] = ()
    steps: tuple[int, ...] = ()
    values: tuple[float | None, ...] = ()
    tokens: tuple[api.FindingToken, ...] = ()
    is_whole: bool = True
    """Whether no file of them was found that cannot be read now."""


def evidence(session: RunSession, selection: Selection, finding: Finding) -> Evidence:
    """The samples and tokens that show a finding.

    Args:
        session: of the run.
        selection: split and attempt.
        finding: what they are to show.
    """
    query = finding.evidence
    if query.sort and query.sort not in session.schema.metric_sql:
        return Evidence()
    with session.snapshot():  # what a pattern finds are row numbers
        try:
            found = _rows(session, selection, finding)
        except ArgumentError:  # a column that it names is not there any more
            return Evidence()
    files = {file.number: file for file in tuple(session.run.files.values())}
    samples: list[str] = []
    steps: list[int] = []
    numbers: list[float | None] = []
    tokens: list[api.FindingToken] = []
    is_whole = True
    for file, offset, row, length, traces, step, number, position, value in found:
        if file not in files:
            continue
        own_id = sample_id(files[file].digest, offset, row)
        samples.append(own_id)
        steps.append(int(step))
        numbers.append(None if number is None else float(number))
        if position is not None:
            tokens.append(api.FindingToken(own_id, int(position), None if value is None else float(value)))
        elif (
            query.names_tokens
            and len(samples) <= _MAX_SAMPLES_READ
            and length <= _MAX_LINE_BYTES
            and is_whole
        ):
            location = SampleLocation(files[file], offset, length, row, traces or "")
            try:
                tokens += _read_token(session, own_id, location, query)
            except UnreadError:  # the others are not waited for
                is_whole = False
            except UnknownError:  # rewritten since it was indexed
                continue
    return Evidence(tuple(samples), tuple(steps), tuple(numbers), tuple(tokens), is_whole)


def _rows(session: RunSession, selection: Selection, finding: Finding) -> list[tuple[Any, ...]]:
    """Where the lines of the samples are, the step, the number that orders them, and the token that is kept of each, the strongest first.

    Raises:
        ArgumentError: the filter names a column that is not there.
    """
    query, schema = finding.evidence, session.schema
    chosen = Selection(
        selection.run,
        split=selection.split,
        attempt=selection.attempt,
        step_min=finding.first,
        step_max=finding.last,
        where=query.where,
    )
    if chosen.searches or query.repeated:
        chosen = replace(chosen, step_min=max(finding.first, finding.last - _MAX_STEPS_SEARCHED + 1))
    rows = select_samples(session, chosen, needs_groups=schema.needs_groups([query.sort]))
    where, values, order, x = rows.where, list(rows.values), "step", "NULL"
    if query.repeated and "response" in schema.text_sql:
        repeated_key = f"step, prompt_key, hash({schema.text_sql['response']})"
        several = (
            f"SELECT {repeated_key} FROM {rows.table_sql} WHERE {where} GROUP BY ALL HAVING count(*) > 1"
        )
        where, values, order = f"{where} AND ({repeated_key}) IN ({several})", values * 2, repeated_key
    if query.sort:
        x = schema.metric_sql[query.sort]
        where = f"{where} AND {x} IS NOT NULL AND NOT isnan({x})"
        order = f"{x} {query.order}, step"
    at, number = _kept_extreme(session, query)
    return session.cursor.execute(
        f'SELECT file, line_offset, "row", line_length, annotations, step, {x}, {at}, {number} FROM {rows.table_sql} WHERE {where} '
        f'ORDER BY {order}, file, line_offset, "row" LIMIT {MAX_SAMPLES}',
        values,
    ).fetchall()


def _kept_extreme(session: RunSession, query: EvidenceQuery) -> tuple[str, str]:
    """SQL of the position and the value of a sample's largest number, where the index keeps it; NULL else."""
    name = query.token_metric
    if query.marks or query.end != "highest" or f"{name}_argmax" not in session.schema.metric_sql:
        return "NULL", "NULL"
    return metric(f"{name}_argmax"), metric(f"{name}_max")


def _read_token(
    session: RunSession, own_id: str, location: SampleLocation, query: EvidenceQuery
) -> list[api.FindingToken]:
    """The token that shows it most in a sample whose line is read again; none where there is none.

    Raises:
        UnreadError: its file cannot be read now.
        UnknownError: the line is not there any more.
    """
    sample = decode_sample(session.run, location)
    if query.marks or query.end in {"loop", "last"}:
        tokens = shown_tokens(session, spelling_of(session, location.file), sample.row)
        place = _token_position(query, tokens)
        return [] if place is None else [api.FindingToken(own_id, place, None)]
    if query.end == "nonfinite":
        for name in (query.token_metric, *sample.tokens.values):
            values = sample.tokens.values.get(name)
            if values is None:
                continue
            bad = np.flatnonzero(~np.isfinite(values) & ~_absent(sample.tokens.missing.get(name), values))
            if len(bad):
                return [api.FindingToken(own_id, int(bad[0]), None)]
        return []
    values = sample.tokens.values.get(query.token_metric)
    if values is None or not np.isfinite(values).any():
        return []
    weight = {"lowest": -values, "highest": values, "furthest": np.abs(values)}[query.end]
    position = int(np.nanargmax(np.where(np.isfinite(values), weight, np.nan)))
    return [api.FindingToken(own_id, position, float(values[position]))]


def _token_position(query: EvidenceQuery, tokens: Sequence[str]) -> int | None:
    if query.end == "last":
        return len(tokens) - 1 if tokens else None
    text = "".join(tokens)
    return token_at(tokens, loop_start(text) if query.end == "loop" else first_mark(text, query.marks))


def first_mark(text: str, marks: Sequence[str]) -> int | None:
    """The character at which the first of some words begins that a text has; None where it has none."""
    return next((place for mark in marks if mark and (place := text.find(mark)) >= 0), None)


def token_at(tokens: Sequence[str], character: int | None) -> int | None:
    """The position of the token that a character of the text of all tokens is in."""
    if character is None:
        return None
    return int(np.searchsorted(np.cumsum([len(token) for token in tokens]), character, side="right"))


def _absent(missing: np.ndarray | None, values: Floats) -> np.ndarray:
    return np.zeros(len(values), bool) if missing is None else missing
