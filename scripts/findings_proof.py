"""Measures what the findings are worth: runs with planted failures and healthy ones are made, opened, and examined.

    python scripts/findings_proof.py                                  # the whole measure, and its tables in docs/findings.md
    python scripts/findings_proof.py --seeds 1 --shapes grpo ppo_few --print      # a short one, to look at
    python scripts/findings_proof.py --keep seen --seeds 1 2 --print              # keeps what was observed, to set thresholds

Thresholds were set on the seeds 1 to 4 and 11; what is written into the document is measured on others.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from document_section import write_section
from measured_findings.examined_runs import ExaminedRun, examine_runs, plans_of
from measured_findings.tables import render_tables
from planted_runs.levels import HEALTHY
from planted_runs.run import FAILURES
from planted_runs.shapes import SHAPES, STRENGTHS

DOCUMENT = Path(__file__).resolve().parent.parent / "docs" / "findings.md"
BEGIN, END = "<!-- measured -->", "<!-- /measured -->"
MEASURED_SEEDS = (21, 22)
LARGE_SHAPES = ("ppo", "many")
"""Shapes whose logs take long to make: they are measured apart."""


def main() -> int:
    """Makes, opens and examines the runs; writes or prints the tables."""
    parser = argparse.ArgumentParser(description="Measure the findings on runs with planted failures.")
    kinds = [*FAILURES, *HEALTHY]
    parser.add_argument("--kinds", nargs="+", choices=kinds, default=kinds, metavar="KIND")
    parser.add_argument("--strengths", nargs="+", choices=STRENGTHS, default=list(STRENGTHS))
    parser.add_argument(
        "--shapes",
        nargs="+",
        choices=list(SHAPES),
        default=[name for name in SHAPES if name not in LARGE_SHAPES],
    )
    parser.add_argument("--seeds", nargs="+", type=int, default=list(MEASURED_SEEDS))
    parser.add_argument("--jobs", type=int, default=2, help="processes at once (default: 2)")
    parser.add_argument("--keep", type=Path, help="folder in which what was observed is kept between calls")
    parser.add_argument("--print", action="store_true", help="print the tables and leave the document alone")
    parser.add_argument("--wrong", action="store_true", help="also print each run that was not judged right")
    arguments = parser.parse_args()
    chunks = plans_of(arguments.kinds, arguments.strengths, arguments.shapes, arguments.seeds)
    # Anew and not forked: a fork has the databases of this process without their threads.
    processes = ProcessPoolExecutor(arguments.jobs, get_context("spawn"))
    with tempfile.TemporaryDirectory() as temporary, processes as pool:
        cache = arguments.keep or Path(temporary)
        examined: list[ExaminedRun] = [
            each for runs in pool.map(examine_runs, chunks, [cache] * len(chunks)) for each in runs
        ]
    if arguments.wrong:
        for each in examined:
            if each.is_wrong:
                print(each.summary())
    text = render_tables(examined, arguments.seeds)
    if arguments.print:
        print(text)
        return 0
    write_section(DOCUMENT, BEGIN, END, text)
    return 0


if __name__ == "__main__":
    sys.exit(main())
