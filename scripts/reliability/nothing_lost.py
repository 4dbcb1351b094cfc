"""Nothing is lost: damages lines of every format in every packing, and accounts for each of them.

    python scripts/reliability/nothing_lost.py                          # a minute
    python scripts/reliability/nothing_lost.py --lines 1000000 --write docs/reliability.md

It ends with 1 where a line is unaccounted for, and names the first of them: the same --seed makes the same files.
"""

from __future__ import annotations

import argparse

from damage.audit import Tally
from damage.damaged_files import LINES_PER_FILE
from damage.extremes import try_extremes
from damage.rounds import audit_rounds
from figures import add_write, finish, made_by, table


def report(tally: Tally, extremes: list[tuple[str, str]], command: str) -> str:
    """The figures as Markdown."""
    rows = [*sorted(tally.counts.items()), ("**unaccounted for**", len(tally.losses))]
    parts = [
        made_by(command),
        table(("what", "count"), rows),
        table(("a line between plain ones", "becomes"), extremes),
        table(("damage", "lines"), sorted(tally.mutations.items())),
        table(("stored as", "lines"), sorted(tally.packings.items())),
        table(("fixtures", "lines"), sorted(tally.formats.items())),
    ]
    return "\n\n".join(parts)


def main(arguments: list[str] | None = None) -> None:
    """Reads the command line, damages, counts, writes."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--lines", type=int, default=10_000, help="how many lines at least")
    parser.add_argument(
        "--lines-per-file",
        type=int,
        default=LINES_PER_FILE,
        help="few: more kinds of files; many: sooner done",
    )
    parser.add_argument("--seed", type=int, default=1, help="of all that is random")
    parser.add_argument("--first-is-whole", action="store_true", help="never damage the first line of a file")
    parser.add_argument(
        "--extreme", type=int, default=1, help="1 to 100 MB for the longest line, and the like"
    )
    add_write(parser)
    args = parser.parse_args(arguments)
    tally = audit_rounds(
        args.lines,
        args.seed,
        print,
        lines_per_file=args.lines_per_file,
        first_is_whole=args.first_is_whole,
    )
    extremes, failures = try_extremes(args.extreme, print)
    flag = " --first-is-whole" if args.first_is_whole else ""
    per_file = f" --lines-per-file {args.lines_per_file}" if args.lines_per_file != LINES_PER_FILE else ""
    command = f"python scripts/reliability/nothing_lost.py --lines {args.lines}{per_file} --seed {args.seed}{flag} --extreme {args.extreme}"
    finish(args, "nothing lost", report(tally, extremes, command), tally.losses + failures)


if __name__ == "__main__":
    main()
