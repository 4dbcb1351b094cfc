"""Writes training logs with planted failures, and healthy ones, for those who look for failures: people and detectors.

    python scripts/make_planted_runs.py --out planted                       # one run of each failure and healthy kind
    python scripts/make_planted_runs.py --out planted --kinds kl_spike --strengths weak strong --shapes grpo ppo --seeds 1 2
    tensorboard --logdir planted/logs

The logs come into `logs`, what is wrong with each into `truth`, outside of what TensorBoard is given: kind, strength,
first and last step, the number that shows it before and after, and the samples and tokens that prove it.
"""

from __future__ import annotations

import argparse
import sys
from itertools import product
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from planted_runs.levels import HEALTHY
from planted_runs.run import FAILURES, Plan, write_run
from planted_runs.shapes import SHAPES, STRENGTHS


def plans(kinds: list[str], strengths: list[str], shapes: list[str] | None, seeds: list[int]) -> list[Plan]:
    """Every combination that makes sense; without shapes, each kind has the first one that it fits into."""
    planned = []
    for kind, seed in product(kinds, seeds):
        for strength in strengths if kind in FAILURES else strengths[:1]:
            fitting = [
                plan for shape in shapes or SHAPES if (plan := Plan(kind, strength, shape, seed)).fits()
            ]
            planned += fitting if shapes else fitting[:1]
    return planned


def main() -> int:
    """Writes what the command line names; returns 1 if nothing does."""
    parser = argparse.ArgumentParser(
        description="Write training logs with planted failures, and healthy ones."
    )
    parser.add_argument("--out", type=Path, required=True, help="folder for `logs` and `truth`, new or empty")
    kinds = [*FAILURES, *HEALTHY]
    parser.add_argument(
        "--kinds", nargs="+", choices=kinds, default=kinds, metavar="KIND", help=", ".join(kinds)
    )
    parser.add_argument("--strengths", nargs="+", choices=STRENGTHS, default=["medium"])
    parser.add_argument(
        "--shapes", nargs="+", choices=list(SHAPES), help="by default the first that shows the kind"
    )
    parser.add_argument("--seeds", nargs="+", type=int, default=[1])
    arguments = parser.parse_args()
    if arguments.out.exists() and any(arguments.out.iterdir()):
        print(
            f"{arguments.out} is not empty, and logs are only added to: name another folder.", file=sys.stderr
        )
        return 1
    planned = plans(arguments.kinds, arguments.strengths, arguments.shapes, arguments.seeds)
    if not planned:
        print("None of these shapes logs what these failures are seen by: name others.", file=sys.stderr)
        return 1
    for plan in planned:
        print(write_run(plan, arguments.out / "logs", arguments.out / "truth"), flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
