"""Replaces what stands between two markers of a document: the tables that a command measures."""

from __future__ import annotations

import sys
from pathlib import Path


def write_section(document: Path, begin: str, end: str, text: str) -> None:
    """Replaces the text between two markers, each of which is a comment in a line of its own.

    Raises:
        SystemExit: the document has no such markers; it is left as it is.
    """
    before, begin_found, rest = document.read_text(encoding="utf-8").partition(begin)
    _, end_found, after = rest.partition(end)
    if not begin_found or not end_found:
        sys.exit(f"{document} has no place for figures: a line {begin} and a line {end}.")
    document.write_text(f"{before}{begin}\n\n{text.strip()}\n\n{end}{after}", encoding="utf-8")
