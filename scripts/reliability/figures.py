"""Tables of docs/reliability.md, each between two markers of its own, and what they were made on."""

from __future__ import annotations

import argparse
import datetime as dt
import importlib.metadata
import os
import platform
import sys
from collections.abc import Iterable
from pathlib import Path

from document_section import write_section


def made_by(command: str) -> str:
    """The line above a table: when, by which command, on what machine, with what versions."""
    versions = ", ".join(
        f"{name} {importlib.metadata.version(name)}" for name in ("tensorboard", "duckdb", "numpy")
    )
    machine = f"{platform.system()} {platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}"
    return f"Made on {dt.datetime.now(tz=dt.UTC).date()} by `{command}`: {machine}, {versions}."


def table(head: tuple[str, ...], rows: Iterable[tuple[object, ...]]) -> str:
    """A table in Markdown; columns behind the first are numbers where the first row has numbers there."""
    cells = [[_cell(value) for value in row] for row in rows]
    lines = [head, ["---"] + ["---:"] * (len(head) - 1), *cells]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _cell(value: object) -> str:
    return f"{value:,}" if isinstance(value, int) else str(value)


def add_write(parser: argparse.ArgumentParser) -> None:
    """The option that all of these commands have."""
    parser.add_argument(
        "--write", type=Path, help="put the table into this document, between its two markers"
    )


def finish(args: argparse.Namespace, name: str, text: str, failures: list[str], named: int = 20) -> None:
    """Prints the table, writes it where it is asked for, and ends with 1 where a promise was not kept.

    Raises:
        SystemExit: something failed; the first of it is named.
    """
    print(f"\n{text}\n")
    if args.write is not None:
        write_section(args.write, f"<!-- {name}: begin -->", f"<!-- {name}: end -->", text)
    for failure in failures[:named]:
        print(failure)
    if failures:
        sys.exit(f"{len(failures)} promises were not kept.")
