"""Reports on each file of a run, from the index and from one opened sample of each format."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace

from tensorboard_plugin_rlboard.board.board import Board
from tensorboard_plugin_rlboard.board.samples.ids import sample_id
from tensorboard_plugin_rlboard.board.samples.question import SampleQuestion
from tensorboard_plugin_rlboard.doctor.fields import FIELDS, OF_TOKENS, TOKENS, UNUSABLE
from tensorboard_plugin_rlboard.doctor.recognition_reason import deciding_keys
from tensorboard_plugin_rlboard.doctor.report import FileReport, MissingField, ProblemCount
from tensorboard_plugin_rlboard.index.column_names import quoted
from tensorboard_plugin_rlboard.index.run import RunIndex
from tensorboard_plugin_rlboard.index.run_file import IndexedFile

_BARE_ID = re.compile(r"#\d+")
_MAX_EXPLAINED = 200
"""Files whose first row is read again to say why they are of their format; further ones are said to be like these."""


def file_reports(
    board: Board, run: RunIndex, partly_read: AbstractSet[str], unusable: Mapping[str, str]
) -> list[FileReport]:
    """Reports on the files of a run, in the order of their paths, numbers in them by their size.

    Args:
        board: answers questions about the run.
        run: the run.
        partly_read: paths of files of which only the beginning was read.
        unusable: field -> why what the run logs under it can nowhere be used.
    """
    counts = _count_samples(board, run)
    problems = _count_problems(board, run)
    opened: dict[str, _OpenedSample] = {}
    keys: dict[str, list[str]] = {}
    reports = []
    for relative in sorted(run.files, key=_reading_order):
        file = run.files[relative]
        samples, steps, splits, present, first = counts.get(file.number, (0, None, [], [], None))
        name = file.format.name
        if name not in opened and first is not None:
            opened[name] = _open_sample(board, run, file, first)
        if len(keys) < _MAX_EXPLAINED:
            keys[relative] = deciding_keys(file.path, file.format)
        shown = opened.get(name, _OpenedSample())
        fields = [
            *present,
            *(["messages"] if shown.has_messages else []),
            *([TOKENS.name] if shown.has_tokens else []),
        ]
        reports.append(
            FileReport(
                file=relative,
                format=f"{name} (guessed)"
                if file.format.mapping is not None and file.format.mapping.guessed
                else name,
                definition=file.format.definition,
                told_by=keys.get(relative) or next(iter(keys.values())),
                bytes=file.state.size if file.state.packed < 0 else file.state.packed,
                read_bytes=file.state.read_to,
                whole=relative not in partly_read,
                samples=samples,
                steps=steps,
                splits=splits,
                fields=fields,
                missing=_missing(fields, unusable) if samples else [],
                problems=problems.get(relative, []),
                tokenizer=_tokenizer(file, shown),
            )
        )
    return reports


def _reading_order(path: str) -> list[tuple[int, int, str]]:
    """Sorts paths as people read them: numbers in them by their size, so that `10.jsonl` follows `9.jsonl`."""
    pieces = re.split(r"(\d{1,18})", path)
    return [(1, int(piece), piece) if piece.isdecimal() else (0, 0, piece) for piece in pieces]


_Counts = tuple[int, tuple[int, int, int] | None, list[str], list[str], tuple[int, int] | None]


def _count_samples(board: Board, run: RunIndex) -> dict[int, _Counts]:
    """Number of a file -> samples, steps, splits, fields that some sample has, and where its first sample lies."""
    present = [field for field in FIELDS if field.column in run.columns and field.column in run.available]
    counts = "".join(f", count({quoted(field.column)})" for field in present)
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
            [field.name for field, count in zip(present, have, strict=True) if count],
            tuple(first.values()) if isinstance(first, dict) else tuple(first),
        )
        for file, samples, steps, low, high, splits, first, *have in rows
    }


def _count_problems(board: Board, run: RunIndex) -> dict[str, list[ProblemCount]]:
    """Path of a file below the log directory -> its problems by kind, the most frequent first."""
    rows = (
        board.cursor()
        .execute(
            "SELECT file, kind, sum(1 + unlisted), min(line), arg_min(reason, coalesce(line, 0)) "
            f"FROM {run.problem_table} GROUP BY file, kind ORDER BY file, sum(1 + unlisted) DESC, kind"
        )
        .fetchall()
    )
    counts: dict[str, list[ProblemCount]] = {}
    for file, kind, count, line, reason in rows:
        counts.setdefault(file, []).append(ProblemCount(kind, int(count), line or 0, reason))
    return counts


@dataclass(frozen=True)
class _OpenedSample:
    """What an opened sample shows: a conversation, tokens, and whether these are bare ids."""

    has_messages: bool = False
    has_tokens: bool = False
    has_bare_ids: bool = False


def _open_sample(board: Board, run: RunIndex, file: IndexedFile, first: tuple[int, int]) -> _OpenedSample:
    """Opens one sample of a file, which stands for all of its format.

    Args:
        board: opens it.
        run: the run.
        file: the file.
        first: byte offset of its line, and row in the line.
    """
    opened = board.sample(SampleQuestion(run.name, sample_id(file.digest, *first)))
    tokens = opened.response_tokens
    bare_ids = bool(tokens) and all(_BARE_ID.fullmatch(token) for token in tokens)
    return _OpenedSample(bool(opened.messages), bool(tokens), bare_ids)


def _tokenizer(file: IndexedFile, shown: _OpenedSample) -> str:
    if file.format.options.get("tokenizer"):
        return "found"
    return "missing" if shown.has_bare_ids else ""


def _missing(fields: Sequence[str], unusable: Mapping[str, str]) -> list[MissingField]:
    """What some fields lack, what only a training with a critic has at the end."""
    lacking = [MissingField(field.name, field.cost) for field in FIELDS if field.name not in fields]
    lacking = [
        replace(lacks, cost=f"{UNUSABLE}{unusable[lacks.field].rstrip('.')}")
        if lacks.field in unusable
        else lacks
        for lacks in lacking
    ]
    if TOKENS.name not in fields:
        first_of_tokens = next((at for at, one in enumerate(lacking) if one.field in OF_TOKENS), len(lacking))
        lacking.insert(first_of_tokens, MissingField(TOKENS.name, TOKENS.cost))
    return lacking
