"""Trains tiny models with faults on purpose, and says whether the findings name each fault.

    pip install "trl==1.16.0" .[examples]
    python scripts/trainings_proof.py --out FOLDER                       # all, and the table in docs/findings.md
    python scripts/trainings_proof.py --out FOLDER --only ppo_healthy --print

Each training takes about half a minute on one core, that of the phrase twice as long; a log that lies in the folder already is not trained again. Nothing
is drawn: what a log holds is what its training did.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from broken_trainings.proof import train_and_examine
from broken_trainings.table import table
from broken_trainings.variants import VARIANTS
from document_section import write_section

DOCUMENT = Path(__file__).resolve().parent.parent / "docs" / "findings.md"
SEEDS = (1, 11)
BEGIN, END = "<!-- broken trainings -->", "<!-- /broken trainings -->"


def main() -> int:
    """Trains, opens and examines; writes or prints the table. The exit code is 0 whatever is found."""
    parser = argparse.ArgumentParser(
        description="Measure the findings on real trainings that are broken on purpose."
    )
    parser.add_argument("--out", type=Path, required=True, help="folder for the models and the logs")
    parser.add_argument("--only", nargs="+", choices=list(VARIANTS), default=list(VARIANTS), metavar="NAME")
    parser.add_argument(
        "--seeds",
        nargs="+",
        type=int,
        default=list(SEEDS),
        metavar="SEED",
        help="of all that is drawn; the thresholds of kl_runaway and kl_spike were set when the first of these was known",
    )
    parser.add_argument("--print", action="store_true", help="print the table and leave the document alone")
    arguments = parser.parse_args()
    examined = train_and_examine(arguments.only, arguments.seeds, arguments.out)
    text = table(examined)
    for each in examined:
        print(f"{each.variant.name}: {each.seconds:.0f} s")
    if arguments.print:
        print(text)
        return 0
    write_section(DOCUMENT, BEGIN, END, text)
    return 0


if __name__ == "__main__":
    sys.exit(main())
