"""One sample whole: its texts, its numbers, its tokens, what was cut from it, and the samples beside it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

from tensorboard_plugin_rlboard.api import Neighbours, ProblemInfo, PromptVisit, Sample, Text, TrimInfo, Value
from tensorboard_plugin_rlboard.board.columns import fetch
from tensorboard_plugin_rlboard.board.ids import id_column, resolve
from tensorboard_plugin_rlboard.board.opened import Opened, OpenedSamples, missing_spans
from tensorboard_plugin_rlboard.board.selection import Selection, UnknownError, relation
from tensorboard_plugin_rlboard.board.vocabulary import (
    GROUP_KEY,
    GROUP_METRICS,
    expression,
    sample_metrics,
    text_columns,
    token_info,
    token_metrics,
)
from tensorboard_plugin_rlboard.formats.tokens import decode_for_display
from tensorboard_plugin_rlboard.index.columns import metric, physical, quoted, text
from tensorboard_plugin_rlboard.index.run import IndexedFile, RunIndex
from tensorboard_plugin_rlboard.texts import TextRules

if TYPE_CHECKING:
    import duckdb

_MOST_GROUP = 512
_MOST_VISITS = 500


def locate(
    cursor: duckdb.DuckDBPyConnection, run: RunIndex, opened: OpenedSamples, name: str
) -> tuple[IndexedFile, dict[str, Any], Opened]:
    """The file, place and decoded line of a sample.

    Raises:
        UnknownError: the run has no such sample.
    """
    file, offset, row = resolve(run, name)
    found = fetch(
        cursor,
        f'SELECT step, split, attempt, line, line_length, line_offset, prompt_key, {GROUP_KEY} AS "group" '
        f'FROM {run.table} WHERE file = ? AND line_offset = ? AND "row" = ?',
        [file.number, offset, row],
    )
    if not found["step"]:
        raise UnknownError(
            f"Run {run.name} has no sample {name}: its file was rewritten, or the line is no sample."
        )
    place = {key: column[0] for key, column in found.items()}
    return file, place, opened.get(run, file, offset, int(place["line_length"]))


def token_names(run: RunIndex, opened: Opened) -> list[str]:
    """The token metrics of an opened sample, in the order of /sample and /tokens."""
    names = [found.name for found in token_metrics(run) if found.name in opened.tokens.values]
    return names + [name for name in opened.tokens.values if name not in names]


def sample(
    cursor: duckdb.DuckDBPyConnection,
    run: RunIndex,
    opened_samples: OpenedSamples,
    name: str,
    rules: TextRules,
) -> Sample:
    """Answers /sample.

    Raises:
        UnknownError: the run has no such sample.
    """
    file, place, opened = locate(cursor, run, opened_samples, name)
    names = token_names(run, opened)
    raw = opened.row.raw_tokens
    mask = opened.tokens.mask
    target = None if "value_error" not in names else "returns" if "returns" in opened.tokens.values else "gae"
    scalars = _scalars(cursor, run, opened, file, place)
    texts = _texts(cursor, run, opened, file, place, rules)
    return Sample(
        id=name,
        run=run.name,
        step=place["step"],
        split=place["split"],
        attempt=place["attempt"],
        file=file.relative,
        line=place["line"],
        texts={text_name: found for text_name, found in texts.items() if text_name not in scalars},
        scalars=scalars,
        messages=None,
        response_tokens=decode_for_display(raw),
        raw_tokens=raw,
        token_metrics=[token_info(metric) for metric in names],
        missing=missing_spans(opened.tokens.missing, names),
        mask=None if mask is None else mask.tolist(),
        trimmed=[TrimInfo(trim.what, trim.count, trim.reason) for trim in opened.row.trims],
        problems=_problems(cursor, run, file, place),
        neighbours=_neighbours(cursor, run, place, name),
        value_target=target,
    )


def _row(
    cursor: duckdb.DuckDBPyConnection,
    run: RunIndex,
    fields: list[str],
    file: IndexedFile,
    place: dict[str, Any],
) -> dict[str, Any]:
    if not fields:
        return {}
    found = fetch(
        cursor,
        f"SELECT {', '.join(fields)} FROM {run.table} WHERE file = ? AND line_offset = ?",
        [file.number, place["line_offset"]],
    )
    return {name: column[0] for name, column in found.items()}


def _texts(
    cursor: duckdb.DuckDBPyConnection,
    run: RunIndex,
    opened: Opened,
    file: IndexedFile,
    place: dict[str, Any],
    rules: TextRules,
) -> dict[str, Text]:
    """Texts as logged, and as shown: without padding (as in the index), then by the run's rules."""
    columns = text_columns(run)
    indexed = _row(cursor, run, [text(name) for name in columns], file, place)
    texts: dict[str, Text] = {}
    for key, raw in opened.row.texts.items():
        name = _own(run, "t", key)
        shown = indexed.get(physical("t", name))
        shown = raw if shown is None else str(shown)
        if name == "prompt":
            shown = rules.apply_prompt(shown)
        elif name in {"response", "ref_response"}:
            shown = rules.apply_response(shown)
        texts[name] = Text(raw, shown)
    return texts


def _own(run: RunIndex, kind: Literal["m", "t"], key: str) -> str:
    """The name of a logged key in the index: `logged.<key>` where the key is a name of ours."""
    return f"logged.{key}" if physical(kind, f"logged.{key}") in run.columns else key


def _scalars(
    cursor: duckdb.DuckDBPyConnection, run: RunIndex, opened: Opened, file: IndexedFile, place: dict[str, Any]
) -> dict[str, Value]:
    """Every number of the sample: those of the index, and logged ones that the index does not hold."""
    names = [name for name in sample_metrics(run) if name not in GROUP_METRICS]
    fields = [f"{sql} AS {metric(name)}" for name in names if (sql := expression(run, name))]
    found = _row(cursor, run, fields, file, place)
    scalars: dict[str, Value] = {
        name: value for name in names if (value := found.get(physical("m", name))) is not None
    }
    asked = [name for name in GROUP_METRICS if name in sample_metrics(run)]
    if asked:
        chosen = Selection(run.name, split=place["split"], attempt=place["attempt"], step=place["step"])
        rows = relation(cursor, run, chosen, groups=True)
        wanted = ", ".join(f"{expression(run, name)} AS {quoted(name)}" for name in asked)
        group = fetch(
            cursor,
            f"SELECT {wanted} FROM {rows.source} WHERE file = ? AND line_offset = ?",
            [*rows.values, file.number, place["line_offset"]],
        )
        scalars |= {name: column[0] for name, column in group.items() if column and column[0] is not None}
    logged = {_own(run, "m", k): v for k, v in opened.row.numbers.items() if k not in file.known.step}
    return {**logged, **scalars}


def _problems(
    cursor: duckdb.DuckDBPyConnection, run: RunIndex, file: IndexedFile, place: dict[str, Any]
) -> list[ProblemInfo]:
    found = fetch(
        cursor,
        f"SELECT line, kind, reason FROM {run.problem_table} WHERE file = ? AND line_offset = ?",
        [file.relative, place["line_offset"]],
    )
    rows = zip(found["line"], found["kind"], found["reason"], strict=True)
    return [
        ProblemInfo(file.relative, line, place["line_offset"], kind, reason) for line, kind, reason in rows
    ]


def _neighbours(
    cursor: duckdb.DuckDBPyConnection, run: RunIndex, place: dict[str, Any], name: str
) -> Neighbours:
    """Previous and next as logged, the group, and one sample of the same prompt at each other step."""
    own = id_column(run)
    same = "split = ? AND attempt = ?"
    scope: list[object] = [place["split"], place["attempt"]]
    beside = fetch(
        cursor,
        f"SELECT before, after FROM (SELECT id, lag(id) OVER w AS before, lead(id) OVER w AS after FROM "
        f"(SELECT {own} AS id, step, line_offset, file FROM {run.table} WHERE {same} AND step BETWEEN "
        f"coalesce((SELECT max(step) FROM {run.table} WHERE {same} AND step < ?), ?) AND "
        f"coalesce((SELECT min(step) FROM {run.table} WHERE {same} AND step > ?), ?)) "
        "WINDOW w AS (ORDER BY step, line_offset, file)) WHERE id = ?",
        [*scope, *scope, place["step"], place["step"], *scope, place["step"], place["step"], name],
    )
    group = fetch(
        cursor,
        f"SELECT {own} AS id FROM {run.table} WHERE {same} AND step = ? AND {GROUP_KEY} = ? "
        f"ORDER BY line_offset, file LIMIT {_MOST_GROUP}",
        [*scope, place["step"], place["group"]],
    )
    visits = fetch(
        cursor,
        f"SELECT step, arg_min({own}, line_offset) AS id FROM {run.table} WHERE {same} AND prompt_key = ? "
        f"AND step <> ? GROUP BY step ORDER BY step LIMIT {_MOST_VISITS}",
        [*scope, place["prompt_key"], place["step"]],
    )
    return Neighbours(
        previous=beside["before"][0] if beside["before"] else None,
        next=beside["after"][0] if beside["after"] else None,
        group=group["id"],
        prompt=[PromptVisit(step, other) for step, other in zip(visits["step"], visits["id"], strict=True)],
    )
