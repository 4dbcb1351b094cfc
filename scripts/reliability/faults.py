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
from breaking.silent_commands import COMMANDS, try_command
from breaking.silent_folders import STAGES, try_silent
from breaking.spoiled_caches import spoil
from breaking.starved import STARVED, try_starved
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
    with tempfile.TemporaryDirectory(prefix="rlboard-reliability-") as made:
        for name, fault in FILE_FAULTS.items():
            said, failed = try_file(Path(made) / "files" / name.replace(" ", "-"), fault)
            rows.append((f"a log {name}", 1, said))
            failures += [f"a log {name}: {sentence}" for sentence in failed]
            print(name, failed or "as a clean build", flush=True)
        spoiled = spoil(Path(made) / "caches", args.spoiled, args.seed)
        rows += [
            (f"a cache {kind}", count, "as a clean build") for kind, count in sorted(spoiled.counts.items())
        ]
        failures += spoiled.failures
        print(f"{args.spoiled} caches, {len(spoiled.failures)} failures", flush=True)
        for starving in STARVED:
            said, failed = try_starved(Path(made) / "starved", starving)
            rows.append((starving.name, 1, said))
            failures += [f"{starving.name}: {sentence}" for sentence in failed]
            print(starving.name, failed or said, flush=True)
        for stage in STAGES:
            said, failed = try_silent(Path(made) / "silent", stage)
            name = f"a folder on a file system of which {stage} answers"
            rows.append((name, 1, said))
            failures += [f"{name}: {sentence}" for sentence in failed]
            print(name, failed or said, flush=True)
        for command in COMMANDS:
            said, failed = try_command(Path(made) / "silent", command)
            name = f"`rlboard {command}` over a folder on a file system that falls silent"
            rows.append((name, len(STAGES) - 1, said))
            failures += [f"{name}: {sentence}" for sentence in failed]
            print(name, failed or said, flush=True)
    rows.append(("**failures**", len(failures), ""))
    command = f"python scripts/reliability/faults.py --spoiled {args.spoiled} --seed {args.seed}"
    text = f"{made_by(command)}\n\n{table(('fault', 'times', 'what is shown'), rows)}"
    finish(args, "faults", text, failures)


if __name__ == "__main__":
    main()
