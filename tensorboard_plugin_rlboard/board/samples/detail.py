"""One sample whole: its texts, its numbers, its tokens, what was cut from it, and the samples beside it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Literal
from weakref import WeakKeyDictionary

from tensorboard_plugin_rlboard.api import ProblemInfo, Sample, Text, TrimInfo
from tensorboard_plugin_rlboard.board.run_schema import (
    GROUP_KEY,
    expression,
    needs_groups,
    sample_metrics,
    text_columns,
    token_info,
    token_metrics,
)
from tensorboard_plugin_rlboard.board.samples.decoded_samples import (
    DecodedSample,
    DecodedSamples,
    missing_spans,
)
from tensorboard_plugin_rlboard.board.samples.ids import resolve
from tensorboard_plugin_rlboard.board.samples.messages import messages
from tensorboard_plugin_rlboard.board.samples.neighbours import around, group_numbers
from tensorboard_plugin_rlboard.board.sql_rows import fetch
from tensorboard_plugin_rlboard.errors import UnknownError
from tensorboard_plugin_rlboard.formats.rows.file_options import discounts
from tensorboard_plugin_rlboard.formats.tokenization.token_text import decode_for_display
from tensorboard_plugin_rlboard.index.column_names import physical, text
from tensorboard_plugin_rlboard.index.run import RunIndex
from tensorboard_plugin_rlboard.index.run_file import IndexedFile
from tensorboard_plugin_rlboard.texts import TextRules

if TYPE_CHECKING:
    import duckdb

_PLACE = {
    name: name for name in ("file", "line_offset", "line_length", "line", "step", "split", "attempt")
} | {
    '"row"': "row",
    "prompt_key": "prompt_key",
    GROUP_KEY: "group",
}
"""SQL of what says where a sample lies and what it belongs to, and its name."""


def locate(
    cursor: duckdb.DuckDBPyConnection, run: RunIndex, opened: DecodedSamples, name: str
) -> tuple[dict[str, Any], DecodedSample]:
    """The place and the decoded line of a sample.

    Raises:
        UnknownError: the run has no such sample.
    """
    file, place = indexed(cursor, run, name, {})
    return place, opened.get(run, file, line_of(place))


def line_of(place: Mapping[str, Any]) -> tuple[int, int, int]:
    """Byte offset and length of a sample's line, and its row in it."""
    return int(place["line_offset"]), int(place["line_length"]), int(place["row"])


def indexed(
    cursor: duckdb.DuckDBPyConnection, run: RunIndex, name: str, further: Mapping[str, str]
) -> tuple[IndexedFile, dict[str, Any]]:
    """The file of a sample and its row of the index: where it lies, and `further` columns, name -> SQL.

    Raises:
        UnknownError: the run has no such sample.
    """
    file, offset, row = resolve(run, name)
    fields = [*_PLACE, *further.values()]
    found = cursor.execute(
        f'SELECT {", ".join(fields)} FROM {run.table} WHERE file = ? AND line_offset = ? AND "row" = ?',
        [file.number, offset, row],
    ).fetchall()
    if not found:
        raise UnknownError(
            f"Run {run.name} has no sample {name}: its file was rewritten, or the line is no sample."
        )
    return file, dict(zip([*_PLACE.values(), *further], found[0], strict=True))


def token_names(run: RunIndex, opened: DecodedSample) -> list[str]:
    """The token metrics of an opened sample, in the order of /sample and /tokens."""
    names = [found.name for found in token_metrics(run) if found.name in opened.tokens.values]
    return names + [name for name in opened.tokens.values if name not in names]


def sample(
    cursor: duckdb.DuckDBPyConnection,
    run: RunIndex,
    opened_samples: DecodedSamples,
    name: str,
    rules: TextRules,
) -> Sample:
    """Answers /sample.

    Raises:
        UnknownError: the run has no such sample.
    """
    metrics, further = _wanted(run)
    file, place = indexed(cursor, run, name, further)
    opened = opened_samples.get(run, file, line_of(place))
    names = token_names(run, opened)
    raw = opened.row.raw_tokens
    shown = decode_for_display(raw)
    mask = opened.tokens.mask
    gamma, lam = discounts(file.format)
    target = None if "value_error" not in names else "returns" if "returns" in opened.tokens.values else "gae"
    values = {found: place[f"m:{found}"] for found in metrics if place.get(f"m:{found}") is not None}
    logged = {
        _own(run, "m", key): x for key, x in opened.row.numbers.items() if key not in file.format.step_keys
    }
    beside = around(cursor, run, place)
    computed = {key: x for key, x in group_numbers(beside).items() if needs_groups(run, [key])}
    scalars = logged | values | (computed if physical("m", "reward") in run.available else {})
    texts = _texts(run, opened, place, rules)
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
        messages=messages(opened.row.messages),
        response_tokens=raw if shown == raw else shown,
        raw_tokens=raw,
        token_metrics=[token_info(metric) for metric in names],
        missing=missing_spans(opened.tokens.missing, names),
        mask=None if mask is None else mask.tolist(),
        trimmed=[TrimInfo(trim.what, trim.count, trim.reason) for trim in opened.row.trims],
        problems=_problems(cursor, run, file, place),
        neighbours=beside.neighbours,
        value_target=target,
        gamma=gamma,
        lam=lam,
    )


_known: WeakKeyDictionary[RunIndex, tuple[int, list[str], dict[str, str]]] = WeakKeyDictionary()


def _wanted(run: RunIndex) -> tuple[list[str], dict[str, str]]:
    """The metrics of a sample that stand in its row, and all columns that are asked for; kept until the run changes."""
    version, found = run.version, _known.get(run)
    if found is None or found[0] != version:
        metrics = [name for name in sample_metrics(run) if not needs_groups(run, [name])]
        further = {f"m:{name}": sql for name in metrics if (sql := expression(run, name))}
        further |= {f"t:{name}": text(name) for name in text_columns(run)}
        found = version, metrics, further
        _known[run] = found
    return found[1], found[2]


def _texts(
    run: RunIndex, opened: DecodedSample, place: Mapping[str, Any], rules: TextRules
) -> dict[str, Text]:
    """Texts as logged, and as shown: without padding (as in the index), then by the run's rules."""
    texts: dict[str, Text] = {}
    for key, raw in opened.row.texts.items():
        name = _own(run, "t", key)
        found = place.get(f"t:{name}")
        shown = raw if found is None else str(found)
        if name == "prompt":
            shown = rules.apply_prompt(shown)
        elif name in {"response", "ref_response"}:
            shown = rules.apply_response(shown)
        texts[name] = Text(raw, shown)
    joined = place.get("t:ref_response")
    if joined is not None and "ref_response" not in texts:  # it does not stand in the line
        texts["ref_response"] = Text(str(joined), rules.apply_response(str(joined)))
    return texts


def _own(run: RunIndex, kind: Literal["m", "t"], key: str) -> str:
    """The name of a logged key in the index: `logged.<key>` where the key is a name of ours."""
    return f"logged.{key}" if physical(kind, f"logged.{key}") in run.columns else key


def _problems(
    cursor: duckdb.DuckDBPyConnection, run: RunIndex, file: IndexedFile, place: dict[str, Any]
) -> list[ProblemInfo]:
    if not run.problems:
        return []
    found = fetch(
        cursor,
        f"SELECT line, kind, reason FROM {run.problem_table} WHERE file = ? AND line_offset = ?",
        [file.relative, place["line_offset"]],
    )
    rows = zip(found["line"], found["kind"], found["reason"], strict=True)
    return [
        ProblemInfo(file.relative, line, place["line_offset"], kind, reason) for line, kind, reason in rows
    ]
