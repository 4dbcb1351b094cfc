"""What the index knows of each file of a run."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from tensorboard_plugin_rlboard.board.board import Board
from tensorboard_plugin_rlboard.board.samples.ids import sample_id
from tensorboard_plugin_rlboard.doctor.fields import FIELDS, TOKENS
from tensorboard_plugin_rlboard.doctor.recognition_reason import told_by
from tensorboard_plugin_rlboard.doctor.report import FileReport, Missing, Trouble
from tensorboard_plugin_rlboard.index.column_names import quoted
from tensorboard_plugin_rlboard.index.run import RunIndex
from tensorboard_plugin_rlboard.index.run_file import IndexedFile
from tensorboard_plugin_rlboard.texts import TextRules

_ID = re.compile(r"#\d+")
_MOST_LOOKED_INTO = 200
"""Files whose first row is read again to say why they are of their format; further ones are told like these."""


def files_of(board: Board, run: RunIndex, sizes: Mapping[str, int]) -> list[FileReport]:
    """The files of a run, in the order of their paths."""
    counted = _counted(board, run)
    troubles = _troubles(board, run)
    looked: dict[str, _Looked] = {}
    why: dict[str, list[str]] = {}
    found = []
    for relative in sorted(run.files):
        file = run.files[relative]
        samples, steps, splits, present, first = counted.get(file.number, (0, None, [], [], None))
        name = file.known.name
        if name not in looked and first is not None:
            looked[name] = _look(board, run, file, first)
        if len(why) < _MOST_LOOKED_INTO:
            why[relative] = told_by(file.path, file.known)
        shown = looked.get(name, _Looked())
        fields = [
            *present,
            *(["messages"] if shown.messages else []),
            *([TOKENS.name] if shown.tokens else []),
        ]
        found.append(
            FileReport(
                file=relative,
                format=f"{name} (guessed)"
                if file.known.mapping is not None and file.known.mapping.guessed
                else name,
                definition=file.known.definition,
                told_by=why.get(relative) or next(iter(why.values())),
                bytes=sizes.get(relative, file.state.size if file.state.packed < 0 else file.state.packed),
                read_bytes=file.state.read_to,
                whole=relative not in sizes,
                samples=samples,
                steps=steps,
                splits=splits,
                fields=fields,
                missing=_missing(fields) if samples else [],
                problems=troubles.get(relative, []),
                tokenizer=_tokenizer(file, shown),
            )
        )
    return found


_Counted = tuple[int, tuple[int, int, int] | None, list[str], list[str], tuple[int, int] | None]


def _counted(board: Board, run: RunIndex) -> dict[int, _Counted]:
    """Number of a file -> samples, steps, splits, fields that some sample has, and where its first sample lies."""
    there = [field for field in FIELDS if field.column in run.columns and field.column in run.available]
    counts = "".join(f", count({quoted(field.column)})" for field in there)
    rows = (
        board.cursor()
        .execute(
            "SELECT file, count(*), count(DISTINCT step), min(step), max(step), list(DISTINCT split), "
            f'min((line_offset, "row")){counts} FROM {run.table} GROUP BY file'
        )
        .fetchall()
    )
    return {
        file: (
            samples,
            (steps, low, high) if low is not None else None,
            sorted(splits, reverse=True),
            [field.name for field, count in zip(there, have, strict=True) if count],
            tuple(first.values()) if isinstance(first, dict) else tuple(first),
        )
        for file, samples, steps, low, high, splits, first, *have in rows
    }


def _troubles(board: Board, run: RunIndex) -> dict[str, list[Trouble]]:
    rows = (
        board.cursor()
        .execute(
            "SELECT file, kind, count(*), min(line), arg_min(reason, coalesce(line, 0)) "
            f"FROM {run.problem_table} GROUP BY file, kind ORDER BY file, count(*) DESC, kind"
        )
        .fetchall()
    )
    found: dict[str, list[Trouble]] = {}
    for file, kind, count, line, reason in rows:
        found.setdefault(file, []).append(Trouble(kind, count, line or 0, reason))
    return found


@dataclass(frozen=True)
class _Looked:
    """What an opened sample shows: a conversation, tokens, and whether these are bare ids."""

    messages: bool = False
    tokens: bool = False
    ids: bool = False


def _look(board: Board, run: RunIndex, file: IndexedFile, first: tuple[int, int]) -> _Looked:
    """One sample of a file stands for those of its format."""
    opened = board.sample(run.name, sample_id(file.digest, *first), TextRules())
    tokens = opened.raw_tokens or opened.response_tokens
    ids = bool(tokens) and all(_ID.fullmatch(token) for token in tokens)
    return _Looked(bool(opened.messages), bool(tokens), ids)


def _tokenizer(file: IndexedFile, shown: _Looked) -> str:
    if file.known.options.get("tokenizer"):
        return "found"
    return "missing" if file.known.uses_tokenizer and (shown.ids or not shown.tokens) else ""


def _missing(fields: Sequence[str]) -> list[Missing]:
    lacking = [Missing(field.name, field.cost) for field in FIELDS if field.name not in fields]
    return lacking if TOKENS.name in fields else [*lacking, Missing(TOKENS.name, TOKENS.cost)]
