"""Spells the keys of a log as column names of a database whose identifiers ignore case, and back.

A physical name is a kind, a colon and the logical name with every capital written as ^ and its lower case, so that
`KL` and `kl` stay two columns. Kinds: `t` text, `m` metric (one float64 a sample), `h` hidden sums for the steps.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Literal

_REMEMBERED = 8192
"""Names whose spelling is remembered: every question spells those of its run."""
ColumnKind = Literal["t", "m", "h"]
FIXED = ("file", "line_offset", "line_length", "line", "row", "step", "split", "prompt_key", "problems")
"""Columns of every part that are no metric and no text: where the line lies and what it belongs to."""


@lru_cache(maxsize=_REMEMBERED)
def physical(kind: ColumnKind, name: str) -> str:
    """The database's name of a logical column."""
    return f"{kind}:" + re.sub(r"[A-Z^]", lambda found: "^" + found.group().lower(), name)


@lru_cache(maxsize=_REMEMBERED)
def logical(column: str) -> str:
    """The logical name of a physical column."""
    return re.sub(
        r"\^(.)", lambda found: "^" if found.group(1) == "^" else found.group(1).upper(), column[2:]
    )


@lru_cache(maxsize=64)
def shared_names(columns: frozenset[str]) -> frozenset[str]:
    """The same set for every run that has these columns: thousands of runs of a trainer have the same ones."""
    return columns


@lru_cache(maxsize=64)
def shared_types(columns: tuple[tuple[str, str], ...]) -> Mapping[str, str]:
    """Physical column -> type, likewise."""
    return dict(columns)


def quoted(name: str) -> str:
    """A name as an SQL identifier."""
    return '"' + name.replace('"', '""') + '"'


def literal(text: str) -> str:
    """A text as an SQL string."""
    return "'" + text.replace("'", "''") + "'"


def metric(name: str) -> str:
    """The quoted column of a sample metric."""
    return quoted(physical("m", name))


def text(name: str) -> str:
    """The quoted column of a text."""
    return quoted(physical("t", name))


def hidden(name: str) -> str:
    """The quoted column of a hidden sum."""
    return quoted(physical("h", name))


TRACE_KEY = f"md5_number_lower('trace:' || regexp_replace({text('sample_id')}, ':[0-9]+$', ''))"
"""SQL of the key of a sample's trace: further branches of a trace have its id with a number behind it."""
