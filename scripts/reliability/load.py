"""Load: many clients ask without a pause while logs grow; nothing fails, and TensorBoard's own routes stay quick.

    python scripts/reliability/load.py                                   # a minute, 8 clients
    python scripts/reliability/load.py --clients 64 --seconds 600 --write docs/reliability.md

It ends with 1 where an answer fails otherwise than by its own bound. Times are told and not judged: they are the machine's.
"""

from __future__ import annotations

import argparse
import os
import tempfile
import threading
import time
from pathlib import Path

from breaking.logs import RUNS, lines, write_logs
from figures import add_write, finish, made_by, table
from pressing.clients import HOST, Answers, percentile, press
from served import Served

_NAMES = ["large", "archive", "many"]
_PATIENCE_S = 60.0
"""Seconds after the last line in which it has to be there."""


def under_load(clients: int, seconds: float, megabytes: int, seed: int) -> tuple[Answers, Answers, list[str]]:
    """Asks an idle TensorBoard for its own routes, and a loaded one for everything while its logs grow.

    Args:
        clients: how many ask at once.
        seconds: for how long.
        megabytes: of the largest log at first.
        seed: of what is asked.

    Returns:
        The answers idle and loaded, and what failed beside them.
    """
    with tempfile.TemporaryDirectory(prefix="rlboard-reliability-") as made:
        home, failures, stop = Path(made), [], threading.Event()
        write_logs(home / "logs", megabytes)
        with Served(home, home / "logs", home / "cache") as server:
            server.wait_for_address()
            server.wait_until_read(RUNS)
            idle = press(server.url, _NAMES, 1, min(10.0, seconds), seed, ours=False)
            training = threading.Thread(target=_train, args=(home / "logs", stop))
            training.start()
            loaded = press(server.url, _NAMES, clients, seconds, seed)
            stop.set()
            training.join()
            written = sum(len(path.read_bytes().splitlines()) for path in (home / "logs" / "large").iterdir())
            end = time.monotonic() + _PATIENCE_S
            while (known := _known(server)) != written and time.monotonic() < end:
                time.sleep(0.2)
            if known != written:
                failures.append(f"of {written} lines that were written, {known} are samples or problems")
            if server.process.poll() is not None:
                failures.append("TensorBoard has ended")
    return idle, loaded, failures + loaded.faults


def _known(server: Served) -> int:
    """How many lines of the large run are samples or problems."""
    samples = server.ask("samples", run="large", step_min=0, limit=1)["total"]
    return int(samples) + int(server.ask("problems", run="large", limit=1)["total"])


def _train(logs: Path, stop: threading.Event) -> None:
    """Writes as a training does: a line at a time, flushed in the middle of one, and a new file now and then."""
    step = 10_000
    while not stop.wait(0.5):
        step += 1
        for name in ("large/a.jsonl", f"many/{step // 10}.jsonl"):
            with (logs / name).open("ab") as file:
                for line in lines(range(step, step + 1), 8, 100):
                    file.write(line[: len(line) // 2])
                    file.flush()
                    file.write(line[len(line) // 2 :])


def report(idle: Answers, loaded: Answers, failures: list[str], command: str) -> str:
    """The figures as Markdown."""
    rows: list[tuple[object, ...]] = []
    for name, seconds in sorted(loaded.seconds.items()):
        alone = idle.seconds.get(name, [])
        given_up = loaded.statuses[name, 503]
        rows.append(
            (
                f"TensorBoard's `{name}`" if name in HOST else f"`/{name}`",
                len(seconds),
                *(f"{percentile(seconds, share) * 1000:.0f}" for share in (0.5, 0.99)),
                f"{percentile(alone, 0.99) * 1000:.0f}" if alone else "",
                given_up,
            )
        )
    head = ("route", "answers", "p50, ms", "p99, ms", "p99 idle, ms", "given up (503)")
    load = f"The load of the machine was {os.getloadavg()[1]:.1f} (5 minutes), clients included."
    return f"{made_by(command)} {load}\n\n{table(head, rows)}\n\n**Failures: {len(failures)}**"


def main(arguments: list[str] | None = None) -> None:
    """Reads the command line, asks, writes."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--clients", type=int, default=8, help="how many ask at once")
    parser.add_argument("--seconds", type=float, default=30, help="for how long")
    parser.add_argument("--megabytes", type=int, default=30, help="of the largest log at first")
    parser.add_argument("--seed", type=int, default=1, help="of what is asked")
    add_write(parser)
    args = parser.parse_args(arguments)
    idle, loaded, failures = under_load(args.clients, args.seconds, args.megabytes, args.seed)
    command = (
        f"python scripts/reliability/load.py --clients {args.clients} --seconds {args.seconds:g} "
        f"--megabytes {args.megabytes} --seed {args.seed}"
    )
    finish(args, "load", report(idle, loaded, failures, command), failures)


if __name__ == "__main__":
    main()
