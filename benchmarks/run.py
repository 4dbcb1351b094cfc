"""Every benchmark in turn: seeded logs, medians, a Markdown table with what each figure should be.

    python -m benchmarks.run                                  # some minutes: for work on the engine
    python -m benchmarks.run --full --write docs/benchmarks.md --json figures.json
    python -m benchmarks.run --quick                          # a minute: that they run at all
    python -m benchmarks.run --only index million
    python -m benchmarks.run --full --only tab --write docs/benchmarks.md     # renews this row's table, and no other

Leave the machine alone meanwhile: most are wall-clock times. A row alone, with its own sizes: its file, --help.
"""

from __future__ import annotations

import argparse
import datetime as dt
import re
import sys
from pathlib import Path
from typing import Any

from benchmarks.browser import first_heatmap, tab_speed
from benchmarks.hosts import host_speed, writer_speed
from benchmarks.indexing import cluster_speed, format_speed, index_speed, large_log, small_files
from benchmarks.questions import (
    alignment_speed,
    findings_speed,
    long_sample,
    many_prompts,
    million,
    new_line,
)
from benchmarks.shared import bench
from benchmarks.shared.figure import HEAD, Figure, table_line

ROWS: tuple[bench.Row[Any], ...] = (
    index_speed.ROW,
    large_log.ROW,
    host_speed.ROW,
    cluster_speed.ROW,
    million.ROW,
    many_prompts.ROW,
    new_line.ROW,
    findings_speed.ROW,
    long_sample.ROW,
    alignment_speed.ROW,
    small_files.ROW,
    first_heatmap.ROW,
    tab_speed.ROW,
    format_speed.ROW,
    writer_speed.ROW,
)
BEGIN, END = "<!-- figures: begin -->", "<!-- figures: end -->"


def report(found: dict[str, Any]) -> str:
    """All figures as Markdown."""
    parts = [f"Measured on {_measured(found)}."]
    for row in found["rows"]:
        parts += ["", *section(row, judged=found["size"] == "full")]
    return "\n".join(parts)


def section(row: dict[str, Any], by: str = "", *, judged: bool) -> list[str]:
    """The heading, the table and the remarks of one row.

    Args:
        row: what was measured.
        by: a line about how, where it is not that of the whole report.
        judged: whether the figures are held against their reach.
    """
    parts = [f"### {row['title']}", "", *([by, ""] if by else [])]
    if row["skipped"] or row["failed"]:
        parts += [f"Left out: {row['skipped']}" if row["skipped"] else f"Failed: {row['failed']}", ""]
    if row["figures"]:
        parts += [*HEAD, *(table_line(Figure(**figure), judged) for figure in row["figures"])]
        if row["busy_cores"] > bench.MAX_OTHER_CORES:
            parts += ["", f"Other processes used {row['busy_cores']:.1f} cores meanwhile."]
    return parts


def _measured(found: dict[str, Any], only: str = "") -> str:
    facts = ", ".join(f"{name} {value}" for name, value in found["machine"].items())
    flag = "" if found["size"] == "usual" else f" --{found['size']}"
    today = dt.datetime.now(tz=dt.UTC).date()
    return f"{today} by `python -m benchmarks.run{flag}{only}`: {facts}"


def with_rows(figures: str, found: dict[str, Any]) -> str:
    """The figures of a document with those of some rows renewed; the other rows' stay as they are.

    Args:
        figures: what stands between the markers.
        found: what was measured of some rows.
    """
    head, *old = (part.strip() for part in re.split(r"^(?=### )", figures, flags=re.MULTILINE))
    sections = {part.partition("\n")[0].removeprefix("### "): part for part in old}
    for row in found["rows"]:
        by = f"Measured on {_measured(found, ' --only ' + row['name'])}."
        sections[row["title"]] = "\n".join(section(row, by, judged=found["size"] == "full"))
    places = {row.title: place for place, row in enumerate(ROWS)}
    ordered = sorted(sections, key=lambda title: places.get(title, len(places)))
    return "\n\n".join([head, *(sections[title] for title in ordered)])


def insert(document: Path, found: dict[str, Any]) -> None:
    """Puts the figures between the two markers of a document: all anew where every row was measured.

    Raises:
        SystemExit: the document has no markers.
    """
    before, begin, rest = document.read_text(encoding="utf-8").partition(BEGIN)
    old, end, after = rest.partition(END)
    if not begin or not end:
        sys.exit(f"{document} has no place for figures: a line {BEGIN} and a line {END}.")
    text = report(found) if len(found["rows"]) == len(ROWS) else with_rows(old, found)
    document.write_text(f"{before}{BEGIN}\n\n{text}\n\n{END}{after}", encoding="utf-8")


def main(arguments: list[str] | None = None) -> None:
    """Reads the command line, measures, writes."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    names = [row.name for row in ROWS]
    parser.add_argument("--only", nargs="+", choices=names, default=names, help="these rows")
    parser.add_argument("--skip", nargs="+", choices=names, default=[], help="all but these")
    parser.add_argument(
        "--write",
        type=Path,
        help="put the tables of what was measured into this document, between its two markers",
    )
    bench.add_options(parser)
    args = parser.parse_args(arguments)
    chosen = [row for row in ROWS if row.name in args.only and row.name not in args.skip]
    found = bench.run(chosen, args)
    if args.write is not None:
        insert(args.write, found)
    failed = [row["name"] for row in found["rows"] if row["failed"]]
    if failed:
        sys.exit(f"These rows failed: {', '.join(failed)}. Why stands above.")
    if args.size != "full":
        return
    missed = [f["what"] for row in found["rows"] for f in row["figures"] if Figure(**f).reached is False]
    print(f"\n{len(missed)} figures are not within their reach{':' if missed else '.'}")
    for what in missed:
        print(f"- {what}")


if __name__ == "__main__":
    main()
