"""Every benchmark in turn: seeded logs, medians, a Markdown table with what each figure should be.

    python -m benchmarks.run                                  # some minutes: for work on the engine
    python -m benchmarks.run --full --write docs/benchmarks.md --json figures.json
    python -m benchmarks.run --quick                          # a minute: that they run at all
    python -m benchmarks.run --only index million

Leave the machine alone meanwhile: most are wall-clock times. A row alone, with its own sizes: its file, --help.
"""

from __future__ import annotations

import argparse
import datetime as dt
import sys
from pathlib import Path
from typing import Any

from benchmarks.browser import first_heatmap, tab_speed
from benchmarks.hosts import host_speed, writer_speed
from benchmarks.indexing import cluster_speed, format_speed, index_speed, large_log, small_files
from benchmarks.questions import findings_speed, long_sample, million, new_line
from benchmarks.shared import bench

ROWS: tuple[bench.Row[Any], ...] = (
    index_speed.ROW,
    large_log.ROW,
    host_speed.ROW,
    cluster_speed.ROW,
    million.ROW,
    new_line.ROW,
    findings_speed.ROW,
    long_sample.ROW,
    small_files.ROW,
    first_heatmap.ROW,
    tab_speed.ROW,
    format_speed.ROW,
    writer_speed.ROW,
)
BEGIN, END = "<!-- figures: begin -->", "<!-- figures: end -->"


def report(found: dict[str, Any]) -> str:
    """All figures as Markdown."""
    size, judged = found["size"], found["size"] == "full"
    facts = ", ".join(f"{name} {value}" for name, value in found["machine"].items())
    flag = "" if size == "usual" else f" --{size}"
    today = dt.datetime.now(tz=dt.UTC).date()
    parts = [f"Measured on {today} by `python -m benchmarks.run{flag}`: {facts}."]
    for row in found["rows"]:
        parts += ["", f"### {row['title']}", ""]
        if row["skipped"] or row["failed"]:
            parts += [f"Left out: {row['skipped']}" if row["skipped"] else f"Failed: {row['failed']}", ""]
        if not row["figures"]:
            continue
        parts += [*bench.HEAD, *(bench.line(bench.Figure(**figure), judged) for figure in row["figures"])]
        if row["others"] > bench.BUSY:
            parts += ["", f"Other processes used {row['others']:.1f} cores meanwhile."]
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
    """Reads the command line, measures, writes."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    names = [row.name for row in ROWS]
    parser.add_argument("--only", nargs="+", choices=names, default=names, help="these rows")
    parser.add_argument("--skip", nargs="+", choices=names, default=[], help="all but these")
    parser.add_argument(
        "--write", type=Path, help="put the tables into this document, between its two markers"
    )
    bench.options(parser)
    args = parser.parse_args(arguments)
    chosen = [row for row in ROWS if row.name in args.only and row.name not in args.skip]
    found = bench.run(chosen, args)
    if args.write is not None:
        insert(args.write, report(found))
    failed = [row["name"] for row in found["rows"] if row["failed"]]
    if failed:
        sys.exit(f"These rows failed: {', '.join(failed)}. Why stands above.")
    if args.size != "full":
        return
    missed = [
        f["what"] for row in found["rows"] for f in row["figures"] if bench.Figure(**f).reached is False
    ]
    print(f"\n{len(missed)} figures are not within their reach{':' if missed else '.'}")
    for what in missed:
        print(f"- {what}")


if __name__ == "__main__":
    main()
