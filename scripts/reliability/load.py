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
from dataclasses import dataclass
from pathlib import Path

from breaking.logs import RUNS, lines, write_logs
from figures import add_write, finish, made_by, table
from load_clients.clients import Answers, percentile
from load_clients.processes import run_clients_in_processes
from tensorboard_process import TensorBoardProcess

_NAMES = ["large", "archive", "many"]
_IDLE_S = 60.0
"""Seconds in which nobody else asks: some 700 answers of each route, of which seven are above the 99th in a hundred."""
_IDLE_FACTOR, _EXTRA_MS = 2, 50
"""What is promised: of 100 answers of TensorBoard's own 99 come within so many times what they take idle, and so much."""
_TIMEOUT_S = 60.0
"""Seconds after the last line in which it has to be there."""


@dataclass(frozen=True)
class Load:
    """The answers of an idle and of a loaded TensorBoard.

    Attributes:
        host_idle: TensorBoard's own routes, asked by one client while nobody else asked.
        host_under_load: the same while all clients asked.
        answers: what those clients have got.
        failures: what failed.
    """

    host_idle: Answers
    host_under_load: Answers
    answers: Answers
    failures: list[str]


def under_load(clients: int, seconds: float, megabytes: int, seed: int) -> Load:
    """Asks an idle TensorBoard for its own routes, and a loaded one for everything while its logs grow.

    Args:
        clients: how many ask at once.
        seconds: for how long.
        megabytes: of the largest log at first.
        seed: of what is asked.
    """
    with tempfile.TemporaryDirectory(prefix="rlboard-reliability-") as temporary:
        home, failures, stop = Path(temporary), [], threading.Event()
        write_logs(home / "logs", megabytes)
        with TensorBoardProcess(home, home / "logs", home / "cache") as server:
            server.wait_for_address()
            server.wait_until_read(RUNS)
            _, host_idle = run_clients_in_processes(server.url, _NAMES, 0, min(_IDLE_S, seconds), seed)
            training = threading.Thread(target=_write_training_logs, args=(home / "logs", stop))
            training.start()
            answers, host_under_load = run_clients_in_processes(server.url, _NAMES, clients, seconds, seed)
            stop.set()
            training.join()
            written = sum(len(path.read_bytes().splitlines()) for path in (home / "logs" / "large").iterdir())
            deadline = time.monotonic() + _TIMEOUT_S
            while (accounted := _accounted_lines(server)) != written and time.monotonic() < deadline:
                time.sleep(0.2)
            if accounted != written:
                failures.append(f"of {written} lines that were written, {accounted} are samples or problems")
            if server.process.poll() is not None:
                failures.append("TensorBoard has ended")
    return Load(host_idle, host_under_load, answers, failures + answers.faults + host_under_load.faults)


def _accounted_lines(server: TensorBoardProcess) -> int:
    """How many lines of the large run are samples or problems."""
    samples = server.ask("samples", run="large", step_min=0, limit=1)["total"]
    return int(samples) + int(server.ask("problems", run="large", limit=1)["total"])


def _write_training_logs(logs: Path, stop: threading.Event) -> None:
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


def report(load: Load, command: str) -> str:
    """The figures as Markdown."""
    host_rows = [
        (
            f"`/{name}`",
            len(host_idle := load.host_idle.seconds[name]),
            *_times(host_idle),
            len(seconds),
            *_times(seconds),
            _promised(host_idle),
        )
        for name, seconds in sorted(load.host_under_load.seconds.items())
    ]
    plugin_rows = [
        (f"`/{name}`", len(seconds), *_times(seconds), load.answers.statuses[name, 503])
        for name, seconds in sorted(load.answers.seconds.items())
        if not name.startswith("data/")
    ]
    machine_load = f"The load of the machine was {os.getloadavg()[1]:.1f} (5 minutes), clients included."
    columns = (
        "answers idle",
        "p50 idle, ms",
        "p99 idle, ms",
        "answers",
        "p50, ms",
        "p99, ms",
        "p99 promised, ms",
    )
    host = table(("TensorBoard's own", *columns), host_rows)
    plugin = table(("route", "answers", "p50, ms", "p99, ms", "given up (503)"), plugin_rows)
    return f"{made_by(command)} {machine_load}\n\n{host}\n\n{plugin}\n\n**Failures: {len(load.failures)}**"


def _times(seconds: list[float]) -> tuple[str, str]:
    """Half of the answers and 99 of 100 came within so many milliseconds."""
    return f"{percentile(seconds, 0.5) * 1000:.0f}", f"{percentile(seconds, 0.99) * 1000:.0f}"


def _promised(host_idle: list[float]) -> str:
    """Within how many milliseconds 99 of 100 answers are promised to come under load."""
    return f"{_IDLE_FACTOR * percentile(host_idle, 0.99) * 1000 + _EXTRA_MS:.0f}"


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
    load = under_load(args.clients, args.seconds, args.megabytes, args.seed)
    command = (
        f"python scripts/reliability/load.py --clients {args.clients} --seconds {args.seconds:g} "
        f"--megabytes {args.megabytes} --seed {args.seed}"
    )
    finish(args, "load", report(load, command), load.failures)


if __name__ == "__main__":
    main()
