r"""Reads samples that are written one after the other as text, each part behind its name in brackets.

    [prompt] 2+2?
    [output] It is
    4.
    [ground_truth] 4
    [score] 1.0

EasyR1 logs generations so (verl/utils/logger/gen_logger.py, `FileGenerationLogger`). The names are those of the first
sample, in its order. A part ends where the next name begins a line, so a name within a text ends nothing.

    idx: 1 / 4, seqlen: 123, reward is 1.0.
    prompt is
    2+2?
    sequence is:
    It is 4.

AReaL's workflows dump the samples of a prompt so (areal/workflow/rlvr.py, `dump_dir`), the texts in a terminal's colours.
"""

from __future__ import annotations

import os
import re
import time
from collections import Counter
from typing import TYPE_CHECKING

from tensorboard_plugin_rlboard import words
from tensorboard_plugin_rlboard.sources.containers.base import (
    PREVIEW_BYTES,
    Container,
    DamagedFileError,
    TornFileError,
)
from tensorboard_plugin_rlboard.sources.text.encodings import open_text

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_TAG = re.compile(r"^\[(\w{1,40})\](?: |\n|$)", re.MULTILINE)
_PROMPTS, _RESPONSES = frozenset(words.PROMPT), frozenset(words.RESPONSE)
_NAMES = frozenset(
    {
        *(
            word
            for names in (words.PROMPT, words.RESPONSE, words.SAMPLE_ID, words.STEP, words.SPLIT)
            for word in names
        ),
        *(word for names in (*words.REWARD, *words.TEXTS.values(), words.GROUP) for word in names),
    }
)
_MAX_ROW = 64 * 1024 * 1024
_SETTLED_SECONDS = 2.0
"""Seconds without a change after which a last sample is taken for whole."""
_HEADER = re.compile(r"idx: (\d{1,9})(?: / (\d{1,9}))?, seqlen: (\d{1,9}), reward is ([^\n]{1,40}?)\.?\n")
_PROMPT, _SEQUENCE = re.compile(r"prompt is\s*\n"), re.compile(r"sequence is:\s*\n?")
_COLOURS = re.compile(r"\x1b\[[0-9;]{0,10}m")
_EASYR1 = ("prompt", "output", "ground_truth", "score")
"""What EasyR1 logs of each answer of its validation, and of no other."""


def names_in(text: str) -> list[str]:
    """The names of the parts of a sample, by the beginning of a text; none where it begins with no such sample.

    Names that come much more seldom than others stand within a text.
    """
    first = _TAG.match(text)
    if first is None:
        return []
    counts = Counter(name for name in _TAG.findall(text[:PREVIEW_BYTES]) if name in _NAMES)
    names = [name for name, count in counts.items() if 2 * count >= max(counts.values())]
    is_sample = not _PROMPTS.isdisjoint(names) and not _RESPONSES.isdisjoint(names)
    return names if is_sample and names[0] == first[1] else []


def _read_rows(path: Path) -> Iterator[object]:
    with open_text(path) as file:
        names = names_in(file.read(PREVIEW_BYTES))
        if not names:
            raise DamagedFileError(
                "It does not begin with a sample whose parts stand behind their names in brackets."
            )
        file.seek(0)
        starts = [f"[{name}]" for name in names]
        at, size, parts = -1, 0, list[str]()
        while line := file.readline(_MAX_ROW):
            following = (at + 1) % len(names)
            if line.startswith(starts[following]):
                if at == len(names) - 1:
                    yield _row(names, parts)
                    parts, size = [], 0
                parts.append(line.removeprefix(starts[following]).removeprefix(" "))
                at = following
            elif at >= 0:
                parts[-1] += line
            size += len(line)
            if size > _MAX_ROW:
                raise DamagedFileError(
                    "A sample in it has more than 64 MB, or lacks a part that the first one has."
                )
        is_settled = abs(time.time() - os.fstat(file.fileno()).st_mtime) > _SETTLED_SECONDS
        if len(parts) == len(names) and (is_settled or parts[-1].endswith("\n\n")):
            yield _row(names, parts)
        elif parts and is_settled:
            raise TornFileError("It ends within a sample, which is left out.")


def is_areal_dump(text: str) -> bool:
    """Whether a text begins with a sample of AReaL's dumps."""
    header = _HEADER.match(text)
    return header is not None and _PROMPT.match(text, header.end()) is not None


def _read_numbered_rows(path: Path) -> Iterator[object]:
    with open_text(path) as file:
        header: re.Match[str] | None = None
        lines: list[str] = []
        size = 0
        while line := file.readline(_MAX_ROW):
            found = _HEADER.fullmatch(line)
            if found is not None:
                if header is not None and (row := _numbered_row(header, lines)) is not None:
                    yield row
                header, lines, size = found, [], 0
            else:
                lines.append(line)
                size += len(line)
            if size > _MAX_ROW:
                raise DamagedFileError(
                    "A sample in it has more than 64 MB, or lacks a part that the first one has."
                )
        is_settled = abs(time.time() - os.fstat(file.fileno()).st_mtime) > _SETTLED_SECONDS
        row = None if header is None else _numbered_row(header, lines)
        if row is not None and is_settled:
            yield row
        elif header is not None and is_settled:
            raise TornFileError("It ends within a sample, which is left out.")


def _numbered_row(header: re.Match[str], lines: list[str]) -> dict[str, object] | None:
    """The row of a sample; None where it is torn."""
    at = next((at for at, line in enumerate(lines) if _SEQUENCE.fullmatch(line)), 0)
    if not at or not _PROMPT.fullmatch(lines[0]):
        return None
    prompt, completion = ("".join(part).removesuffix("\n") for part in (lines[1:at], lines[at + 1 :]))
    return {
        "prompt": _COLOURS.sub("", prompt),
        "completion": _COLOURS.sub("", completion),
        "reward": header[4],
        "seqlen": int(header[3]),
        "sample_idx": int(header[1]) - 1,
        "n_samples": None if header[2] is None else int(header[2]),
    }


def _row(names: list[str], parts: list[str]) -> dict[str, object]:
    row: dict[str, object] = {name: part.rstrip("\r\n") for name, part in zip(names, parts, strict=True)}
    return row | {"split": "val"} if tuple(names) == _EASYR1 else row


TAGGED = Container("text", _read_rows)
NUMBERED = Container("text", _read_numbered_rows)
