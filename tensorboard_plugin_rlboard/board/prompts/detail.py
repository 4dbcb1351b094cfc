"""Answers /prompt: what became of one prompt, with its samples along the steps."""

from __future__ import annotations

from typing import Any

import numpy as np

from tensorboard_plugin_rlboard.api import Prompt, Rendering, Threshold
from tensorboard_plugin_rlboard.board.finite_numbers import is_finite
from tensorboard_plugin_rlboard.board.ordered_sums import ordered_mean
from tensorboard_plugin_rlboard.board.prompts.histories.kept import PromptHistories
from tensorboard_plugin_rlboard.board.prompts.histories.statuses import (
    NEVER_BEATS_REFERENCE,
    STATUSES,
    statuses,
)
from tensorboard_plugin_rlboard.board.prompts.histories.summary import numbers
from tensorboard_plugin_rlboard.board.prompts.identities import as_text, has_key
from tensorboard_plugin_rlboard.board.prompts.listing import kind_columns
from tensorboard_plugin_rlboard.board.prompts.question import PromptQuestion
from tensorboard_plugin_rlboard.board.run_schema import RunSchema, RunSession
from tensorboard_plugin_rlboard.board.samples.ids import sample_ids
from tensorboard_plugin_rlboard.board.selection import Relation, Selection, select_samples
from tensorboard_plugin_rlboard.board.sql_rows import fetch_columns
from tensorboard_plugin_rlboard.errors import ArgumentError, UnknownError
from tensorboard_plugin_rlboard.index.column_names import text
from tensorboard_plugin_rlboard.texts import cut_response

MAX_SAMPLES = 500
MAX_STEPS = 2000
MAX_RENDERINGS = 50
_MAX_TEXT = 20_000
"""Characters of a text on the page; `/sample` has the whole."""
_ANSWERS = ("extracted_answer", "extracted", "parsed_answer", "pred", "prediction", "answer")
"""Text columns that trainers keep what was read off a response in."""
_METRICS = ("reward", "ref_reward", "reward_gap", "n_tokens", "k3_mean", "log_ratio_mean")
_KEY_DIGITS = 16


def prompt(session: RunSession, question: PromptQuestion, histories: PromptHistories) -> Prompt:
    """Answers /prompt.

    Raises:
        ArgumentError: no `prompt_key` was given.
        UnknownError: no prompt of the split has it.
    """
    chosen = question.selection
    if not chosen.prompt_key:
        raise ArgumentError("prompt_key is missing: /prompts and /samples have it.")
    whole = Selection(chosen.run, chosen.split)
    read = histories.of(session, whole, question.threshold, kind_columns(session.schema))
    history = read.history
    at = _position(chosen.prompt_key, history.keys)
    if at is None:
        raise UnknownError(
            f"Run {chosen.run} has no prompt {chosen.prompt_key} in the split {read.split}: its file was rewritten or is "
            "not indexed yet."
        )
    identity = history.identity_of_key[at]
    row = int(np.searchsorted(history.identity, identity))
    keys = [as_text(key) for key in history.keys[history.identity_of_key == identity].tolist()]
    own = history.of_prompts(np.asarray([row]))
    lists = statuses(own)
    with session.snapshot():
        rows = _rows(session, question, keys)
        renderings = _renderings(session, question, rows)
        steps = _steps(session, rows)
        samples, samples_total = _samples(session, rows)
        shown = [found for found in renderings if found.prompt_key == chosen.prompt_key] or renderings
    return Prompt(
        identity=as_text(int(identity)),
        split=read.split,
        threshold=Threshold(read.threshold.value, read.threshold.rule),
        status=next(name for name in STATUSES if lists[name][0]),
        never_beats_reference=bool(lists[NEVER_BEATS_REFERENCE][0]),
        prompt=shown[0].prompt if shown else "",
        numbers={
            name: None if np.isnan(values[0]) else float(values[0]) for name, values in numbers(own).items()
        },
        renderings_total=len(keys),
        renderings=renderings[:MAX_RENDERINGS],
        steps={name: column[:MAX_STEPS] for name, column in steps.items()},
        steps_total=len(steps["step"]),
        samples=samples,
        samples_total=samples_total,
    )


def _position(prompt_key: str, keys: Any) -> int | None:
    """Where a key stands among ascending ones; None where it does not."""
    try:
        number = int(prompt_key, 16) if len(prompt_key) == _KEY_DIGITS else -1
    except ValueError:
        return None
    at = int(np.searchsorted(keys, np.uint64(number))) if number >= 0 else len(keys)
    return at if at < len(keys) and int(keys[at]) == number else None


def _rows(session: RunSession, question: PromptQuestion, keys: list[str]) -> Relation:
    """The prompt's samples of the selection, put aside: finding them is most of the work."""
    chosen = question.selection
    rows = select_samples(
        session,
        Selection(
            chosen.run,
            split=chosen.split,
            attempt=chosen.attempt,
            step=chosen.step,
            step_min=chosen.step_min,
            step_max=chosen.step_max,
        ),
    )
    condition, values = has_key(keys)
    session.cursor.execute(
        f"CREATE TEMP TABLE asked AS SELECT rowid AS place FROM {rows.source} WHERE {rows.where} AND {condition}",
        [*rows.values, *values],
    )
    return Relation(f"{session.schema.table} JOIN asked ON {session.schema.table}.rowid = place", "true", [])


def _renderings(session: RunSession, question: PromptQuestion, rows: Relation) -> list[Rendering]:
    """Every text that the prompt was logged with, the most used first."""
    found = session.cursor.execute(
        f"SELECT prompt_key, count(*) AS n, min(step), max(step), any_value({text('prompt')}), "
        'min_by(struct_pack(f := file, o := line_offset, r := "row"), '
        'struct_pack(s := step, o := line_offset, f := file, r := "row")) '
        f"FROM {rows.source} GROUP BY prompt_key ORDER BY n DESC, prompt_key LIMIT {MAX_RENDERINGS}"
    ).fetchall()
    ids = sample_ids(session.run, [(first["f"], first["o"], first["r"]) for *_, first in found])
    return [
        Rendering(
            key, n, first, last, cut_response(question.text_rules.apply_prompt(logged or ""), _MAX_TEXT), name
        )
        for (key, n, first, last, logged, _), name in zip(found, ids, strict=True)
    ]


def _steps(session: RunSession, rows: Relation) -> dict[str, list[Any]]:
    """One row for each visit, in order."""

    def mean(name: str) -> str:
        finite = _finite(session.schema, name)
        return ordered_mean(finite) if finite else "NULL"

    reward = _finite(session.schema, "reward") or "CAST(NULL AS DOUBLE)"
    columns = {
        "samples": "count(*)",
        "reward": ordered_mean(reward),
        "reward_min": f"min({reward})",
        "reward_max": f"max({reward})",
        **{name: mean(name) for name in ("ref_reward", "reward_gap", "n_tokens", "k3_mean")},
    }
    selected = ", ".join(f"{sql} AS {name}" for name, sql in columns.items() if sql != "NULL")
    return fetch_columns(
        session.cursor,
        f"SELECT step, {selected} FROM {rows.source} GROUP BY step ORDER BY step LIMIT {MAX_STEPS + 1}",
        [],
    )


def _finite(schema: RunSchema, name: str) -> str:
    """SQL of a metric, NULL where it is not finite; empty where the run has none."""
    sql = schema.metric_sql.get(name)
    return f"CASE WHEN {is_finite(sql)} THEN {sql} END" if sql and name in schema.metrics else ""


def _samples(session: RunSession, rows: Relation) -> tuple[dict[str, list[Any]], int]:
    """Its samples in order of steps. Where there are too many, the first of every step, then the second, and so on."""
    schema = session.schema
    # An answer that is a number in every row is a metric.
    metrics = [name for name in (*_METRICS, *_ANSWERS) if name in schema.metrics]
    texts = [name for name in ("response", "ground_truth", *_ANSWERS) if name in schema.texts]
    columns = [f"{schema.metric_sql[name]} AS {name}" for name in metrics]
    columns += [f"{schema.text_sql[name]} AS {name}" for name in texts]
    turn = 'row_number() OVER (PARTITION BY step ORDER BY line_offset, file, "row") AS turn'
    found = fetch_columns(
        session.cursor,
        f"WITH placed AS (SELECT place AS p, step AS s, {turn} FROM {rows.source}), "
        f"picked AS (SELECT p, turn, count(*) OVER () AS n FROM placed ORDER BY turn, s LIMIT {MAX_SAMPLES}) "
        f'SELECT n, file, line_offset, "row", step, attempt, {", ".join(columns)} FROM picked '
        f"JOIN {schema.table} ON {schema.table}.rowid = p ORDER BY step, turn",
        [],
    )
    total = found.pop("n")
    names = [found.pop(name) for name in ("file", "line_offset", "row")]
    for name in texts:
        found[name] = [None if value is None else cut_response(value) for value in found[name]]
    return {"id": sample_ids(session.run, zip(*names, strict=True)), **found}, total[0] if total else 0
