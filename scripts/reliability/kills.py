"""Kills: after `kill -9` at any moment of any process, the answers are byte for byte those of a clean build.

    python scripts/reliability/kills.py                                   # a minute or two
    python scripts/reliability/kills.py --kills 100 --write docs/reliability.md

It ends with 1 where an answer differs, a process outlives the one that started it, or a temporary folder is left after
the next start. The same --seed makes the same kills, though not at the same moments. Ctrl-C ends it with what it has.
"""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path

from breaking.kills import kill_repeatedly
from figures import add_write, finish, made_by, table


def main(arguments: list[str] | None = None) -> None:
    """Reads the command line, kills, compares, writes."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--kills", type=int, default=6, help="how many processes are killed")
    parser.add_argument(
        "--megabytes", type=int, default=40, help="of the log; below 35 `rlboard index` has no processes"
    )
    parser.add_argument("--seed", type=int, default=1, help="of the moments")
    add_write(parser)
    args = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory(prefix="rlboard-reliability-") as temporary:
        killed = kill_repeatedly(
            Path(temporary), args.kills, args.seed, args.megabytes, lambda line: print(line, flush=True)
        )
    rows: list[tuple[object, ...]] = [(kind, count, "") for kind, count in killed.counts.items()]
    rows += [(kind, 0, why) for kind, why in killed.not_tried.items()]
    rows.append(("**answers that differ, and what was left**", len(killed.failures), ""))
    command = (
        f"python scripts/reliability/kills.py --kills {sum(killed.counts.values())} --megabytes {args.megabytes} "
        f"--seed {args.seed}"
    )
    finish(
        args,
        "kills",
        f"{made_by(command)}\n\n{table(('killed', 'times', ''), rows)}",
        killed.failures,
    )


if __name__ == "__main__":
    main()
