"""One sample whole: its texts, its metrics, its tokens, what was cut from it, and the samples beside it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from weakref import WeakKeyDictionary

from tensorboard_plugin_rlboard import api
from tensorboard_plugin_rlboard.board.run_schema import RunSchema, RunSession, token_metric_info
from tensorboard_plugin_rlboard.board.samples.decoded_samples import DecodedSample, DecodedSamples
from tensorboard_plugin_rlboard.board.samples.index_row import IndexRow, index_row
from tensorboard_plugin_rlboard.board.samples.messages import messages
from tensorboard_plugin_rlboard.board.samples.neighbours import group_metrics, sample_context
from tensorboard_plugin_rlboard.board.samples.question import SampleQuestion
from tensorboard_plugin_rlboard.board.samples.shown_tokens import (
    shown_prompt_tokens,
    shown_tokens,
    spelling_of,
)
from tensorboard_plugin_rlboard.board.samples.token_rows import missing_spans, token_metric_names
from tensorboard_plugin_rlboard.board.sql_rows import fetch_columns
from tensorboard_plugin_rlboard.formats.base import OWN_COLUMNS
from tensorboard_plugin_rlboard.formats.rows.file_options import discounts
from tensorboard_plugin_rlboard.texts import TextRules


def sample(session: RunSession, question: SampleQuestion, decoded_samples: DecodedSamples) -> api.Sample:
    """Answers /sample.

    Raises:
        UnknownError: the run has no such sample.
    """
    run, schema = session.run, session.schema
    row = index_row(session, question.id, _row_columns(schema))
    file, values = row.location.file, row.values
    decoded = decoded_samples.get(run, row.location)
    names = token_metric_names(schema, decoded)
    raw_tokens, mask = decoded.row.token_strings, decoded.tokens.mask
    spelling = spelling_of(session, file)
    tokens = shown_tokens(session, spelling, decoded.row)
    gamma, lam = discounts(file.format)
    context = sample_context(session, values)
    scalars = _logged_scalars(schema, decoded, file.format.step_keys)
    stored = {name[2:]: x for name, x in values.items() if name.startswith("m:") and x is not None}
    of_group = group_metrics(context) if "reward" in schema.metrics else {}
    scalars |= stored | {name: x for name, x in of_group.items() if name not in stored}
    texts = _texts(schema, decoded, row, question.text_rules)
    return api.Sample(
        id=question.id,
        run=run.name,
        step=values["step"],
        split=values["split"],
        attempt=values["attempt"],
        file=file.relative,
        line=values["line"],
        texts={name: text for name, text in texts.items() if name not in scalars},
        scalars=scalars,
        messages=messages(decoded.row.messages),
        response_tokens=raw_tokens if tokens == raw_tokens else tokens,
        raw_tokens=raw_tokens,
        token_metrics=[token_metric_info(name, decoded.logged) for name in names],
        missing=missing_spans(decoded.tokens.missing, names),
        mask=None if mask is None else mask.tolist(),
        trimmed=[api.TrimInfo(trim.array, trim.count, trim.reason) for trim in decoded.row.trims],
        problems=_problems(session, row),
        neighbours=context.neighbours,
        prompt_key=values["prompt_key"],
        value_target=decoded.value_target,
        gamma=gamma,
        lam=lam,
        group=values["group"],
        prompt_tokens=shown_prompt_tokens(session, spelling, decoded.row),
        prompt_logprobs=decoded.row.prompt.logprobs,
    )


_row_columns_of: WeakKeyDictionary[RunSchema, dict[str, str]] = WeakKeyDictionary()


def _row_columns(schema: RunSchema) -> dict[str, str]:
    """The metrics (`m:<name>`) and texts (`t:<name>`) that stand in the row of a sample, with their SQL."""
    columns = _row_columns_of.get(schema)
    if columns is None:
        computed = schema.computed_group_metrics
        columns = {f"m:{name}": schema.metric_sql[name] for name in schema.metrics if name not in computed}
        if schema.logged_advantage:
            columns["m:advantage"] = schema.logged_advantage
        columns |= {f"t:{name}": schema.text_sql[name] for name in schema.texts}
        _row_columns_of[schema] = columns
    return columns


def _logged_scalars(
    schema: RunSchema, decoded: DecodedSample, step_keys: tuple[str, ...]
) -> dict[str, float | int | bool]:
    """The numbers of the line, under their names in the index."""
    return {
        _index_name(schema.metric_sql, key): x
        for key, x in decoded.row.numbers.items()
        if key not in step_keys
    }


def _texts(schema: RunSchema, decoded: DecodedSample, row: IndexRow, rules: TextRules) -> dict[str, api.Text]:
    """Texts as logged, and as shown: without padding (as in the index), then by the run's rules."""
    texts: dict[str, api.Text] = {}
    for key, raw in decoded.row.texts.items():
        name = _index_name(schema.text_sql, key)
        indexed = row.values.get(f"t:{name}")
        shown = raw if indexed is None else str(indexed)
        if name == "prompt":
            shown = rules.apply_prompt(shown)
        elif name in {"response", "ref_response"}:
            shown = rules.apply_response(shown)
        texts[name] = api.Text(raw, shown)
    joined = row.values.get("t:ref_response")
    if joined is not None and "ref_response" not in texts:  # it does not stand in the line
        texts["ref_response"] = api.Text(str(joined), rules.apply_response(str(joined)))
    return texts


def _index_name(columns: Mapping[str, Any], key: str) -> str:
    """The name of a value of a sample in the index: `logged.<key>` where a logged key has the name of a metric of ours."""
    return f"logged.{key}" if key not in OWN_COLUMNS and f"logged.{key}" in columns else key


def _problems(session: RunSession, row: IndexRow) -> list[api.ProblemInfo]:
    if not session.run.problems:
        return []
    file, offset = row.location.file.relative, row.location.offset
    columns = fetch_columns(
        session.cursor,
        f"SELECT line, kind, reason FROM {session.run.problem_table} WHERE file = ? AND line_offset = ?",
        [file, offset],
    )
    rows = zip(columns["line"], columns["kind"], columns["reason"], strict=True)
    return [api.ProblemInfo(file, line, offset, kind, reason) for line, kind, reason in rows]
