"""Reads files as the index would, without an index: the format that their rows say, and the samples in it."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from tensorboard_plugin_rlboard.formats.base import Format, LineContext
from tensorboard_plugin_rlboard.formats.rows.sample_reader import read_sample_values
from tensorboard_plugin_rlboard.index.detect.sniff import sniff
from tensorboard_plugin_rlboard.index.parts.line_decoder import SampleDecoder

Row = dict[str, Any]


def written(path: Path, rows: Iterable[Row | str]) -> Path:
    """Write rows, or lines that are none, as a file of lines."""
    text = "".join((row if isinstance(row, str) else json.dumps(row)) + "\n" for row in rows)
    path.write_text(text, encoding="utf-8")
    return path


def understood(path: Path) -> Format:
    """The format of a file that has one."""
    found, reason = sniff(str(path))
    assert found is not None, reason
    return found


def samples_of(path: Path, file_format: Format) -> list[Row]:
    """Texts, numbers and step of every sample of a file, as the index would have them."""
    decoder = SampleDecoder(file_format, LineContext())
    found = []
    for index, line in enumerate(path.read_bytes().splitlines(keepends=True)):
        for row in decoder.samples(line, index):
            plain = row if isinstance(row, dict) else row.as_dict()  # type: ignore[attr-defined]  # an object of simdjson
            values = read_sample_values(plain, file_format, ())
            step = next((plain[key] for key in file_format.step_keys if plain.get(key) is not None), None)
            found.append({**values.texts, **values.numbers, "step": step})
    return found


def read(tmp_path: Path, rows: Iterable[Row | str], *fields: str) -> list[tuple[Any, ...]]:
    """Some fields of every sample of some rows, None where a sample lacks one."""
    path = written(tmp_path / "log.jsonl", rows)
    return [tuple(sample.get(name) for name in fields) for sample in samples_of(path, understood(path))]
