"""Keeps the promises of docs/reliability.md, and writes its table.

    python scripts/reliability/keep_promises.py                          # a minute
    python scripts/reliability/keep_promises.py --lines 1000000 --write docs/reliability.md

It ends with 1 where a line is unaccounted for, and names the first of them: the same --seed makes the same files.
"""

from __future__ import annotations

import argparse
import datetime as dt
import importlib.metadata
import os
import platform
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from nothing_lost import Tally, lose_nothing

BEGIN, END = "<!-- figures: begin -->", "<!-- figures: end -->"
_NAMED = 20
"""Losses that are named in the document and on the terminal."""


def report(tally: Tally, command: str) -> str:
    """The figures as Markdown."""
    versions = ", ".join(
        f"{name} {importlib.metadata.version(name)}" for name in ("duckdb", "numpy", "pysimdjson")
    )
    machine = f"{platform.system()} {platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}"
    today = dt.datetime.now(tz=dt.UTC).date()
    rows = [*sorted(tally.counts.items()), ("**unaccounted for**", len(tally.losses))]
    parts = [
        *(
            f"Made on {today} by `{command}`: {machine}, {versions}.",
            "",
            "| what | count |",
            "| --- | ---: |",
        ),
        *(f"| {what} | {count:,} |" for what, count in rows),
        *("", "| damage | lines |", "| --- | ---: |"),
        *(f"| {name} | {count:,} |" for name, count in sorted(tally.mutations.items())),
        *("", "| fixtures | lines |", "| --- | ---: |"),
        *(f"| {name} | {count:,} |" for name, count in sorted(tally.formats.items())),
    ]
    return "\n".join(parts)


def insert(document: Path, text: str) -> None:
    """Puts the figures between the two markers of a document.

    Raises:
        SystemExit: the document has no markers.
    """
    before, begin, rest = document.read_text(encoding="utf-8").partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        sys.exit(f"{document} has no place for figures: a line {BEGIN} and a line {END}.")
    document.write_text(f"{before}{BEGIN}\n\n{text}\n\n{END}{after}", encoding="utf-8")


def main(arguments: list[str] | None = None) -> None:
    """Reads the command line, damages, counts, writes."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--lines", type=int, default=10_000, help="how many lines at least")
    parser.add_argument("--seed", type=int, default=1, help="of all that is random")
    parser.add_argument("--first-is-whole", action="store_true", help="never damage the first line of a file")
    parser.add_argument(
        "--write", type=Path, help="put the table into this document, between its two markers"
    )
    args = parser.parse_args(arguments)
    tally = lose_nothing(args.lines, args.seed, print, first_is_whole=args.first_is_whole)
    flag = " --first-is-whole" if args.first_is_whole else ""
    text = report(
        tally, f"python scripts/reliability/keep_promises.py --lines {args.lines} --seed {args.seed}{flag}"
    )
    print(f"\n{text}\n")
    if args.write is not None:
        insert(args.write, text)
    for loss in tally.losses[:_NAMED]:
        print(loss)
    if tally.losses:
        sys.exit(f"{len(tally.losses)} lines are unaccounted for.")


if __name__ == "__main__":
    main()
