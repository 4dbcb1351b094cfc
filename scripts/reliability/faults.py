"""Faults: whatever changes, is spoiled, full or gone, the answers are those of a clean build, or a sentence says why not.

    python scripts/reliability/faults.py                                  # some minutes
    python scripts/reliability/faults.py --spoiled 400 --write docs/reliability.md

It ends with 1 where an answer differs without a word; the same --seed spoils the same bytes.
"""

from __future__ import annotations

import argparse
import signal
import tempfile
from pathlib import Path

from breaking.file_faults import FILE_FAULTS, try_file
from breaking.shortages import SHORTAGES, try_shortage
from breaking.silent_commands import COMMANDS, try_command
from breaking.silent_folders import STAGES, try_silent
from breaking.spoiled_caches import spoil_caches
from figures import add_write, finish, made_by, table


def main(arguments: list[str] | None = None) -> None:
    """Reads the command line, breaks, compares, writes."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--spoiled", type=int, default=40, help="how many caches are spoiled")
    parser.add_argument("--seed", type=int, default=1, help="of all that is random")
    add_write(parser)
    args = parser.parse_args(arguments)
    # In the background of a shell it is ignored, and what is started here would inherit that.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    rows: list[tuple[object, ...]] = []
    failures: list[str] = []
    with tempfile.TemporaryDirectory(prefix="rlboard-reliability-") as temporary:
        for name, fault in FILE_FAULTS.items():
            outcome, failed = try_file(Path(temporary) / "files" / name.replace(" ", "-"), fault)
            rows.append((f"a log {name}", 1, outcome))
            failures += [f"a log {name}: {sentence}" for sentence in failed]
            print(name, failed or "as a clean build", flush=True)
        spoiled = spoil_caches(Path(temporary) / "caches", args.spoiled, args.seed)
        rows += [
            (f"a cache {kind}", count, "as a clean build") for kind, count in sorted(spoiled.counts.items())
        ]
        failures += spoiled.failures
        print(f"{args.spoiled} caches, {len(spoiled.failures)} failures", flush=True)
        for shortage in SHORTAGES:
            outcome, failed = try_shortage(Path(temporary) / "starved", shortage)
            rows.append((shortage.name, 1, outcome))
            failures += [f"{shortage.name}: {sentence}" for sentence in failed]
            print(shortage.name, failed or outcome, flush=True)
        for stage in STAGES:
            outcome, failed = try_silent(Path(temporary) / "silent", stage)
            name = f"a folder on a file system of which {stage} answers"
            rows.append((name, 1, outcome))
            failures += [f"{name}: {sentence}" for sentence in failed]
            print(name, failed or outcome, flush=True)
        for command in COMMANDS:
            outcome, failed = try_command(Path(temporary) / "silent", command)
            name = f"`rlboard {command}` over a folder on a file system that falls silent"
            rows.append((name, len(STAGES) - 1, outcome))
            failures += [f"{name}: {sentence}" for sentence in failed]
            print(name, failed or outcome, flush=True)
    rows.append(("**failures**", len(failures), ""))
    command = f"python scripts/reliability/faults.py --spoiled {args.spoiled} --seed {args.seed}"
    text = f"{made_by(command)}\n\n{table(('fault', 'times', 'what is shown'), rows)}"
    finish(args, "faults", text, failures)


if __name__ == "__main__":
    main()
