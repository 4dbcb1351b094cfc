"""A soak: logs grow, rotate, are cut and begin anew for hours while clients ask; nothing that TensorBoard holds grows.

    python scripts/reliability/soak.py --minutes 5
    python scripts/reliability/soak.py --minutes 120 --rest 15 --memory 160 --write docs/reliability.md

The logs stay of about the same size. In the end they rest for a while, and only the clients go on. It ends with 1 where
memory, threads, descriptors or files on the disk rise by more than they may, in the one or in the other, where an answer
fails, or where a line is neither a sample nor a problem when the writing ends.

The rows of a log stay in the database's memory up to its share of `--memory`, so with less of it this is full sooner, and what
rises afterwards is not that.
"""

from __future__ import annotations

import argparse
import os
import tempfile
import threading
import time
from pathlib import Path

from figures import add_write, finish, made_by, table
from load_clients.clients import EXPECTED_STATUSES, Answers, run_clients
from soaking.changing_logs import RUNS, ChangingLogs
from soaking.gauges import SoakMeasurements, measure
from tensorboard_process import TensorBoardProcess

_TIMEOUT_S = 120.0
_WITHOUT_METRICS = "it has none."
"""What a question about token metrics gets while a run's only file has just been cut to nothing or is being replaced."""


def soak(
    minutes: float, clients: int, seed: int, speed: float = 1.0, rest: float = 0.0, memory: int = 0
) -> tuple[SoakMeasurements, Answers, list[str]]:
    """Lets a TensorBoard read logs that change.

    Args:
        minutes: for how long they change.
        clients: how many ask, each with a pause of a second between two questions.
        seed: of what is written and asked.
        speed: how many times as fast everything goes: ten minutes of a soak at ten are what changes in a hundred.
        rest: for how many minutes clients go on asking when nothing changes any more.
        memory: megabytes that are given to `--rlboard_memory_limit`; 0 leaves it as it is.

    Returns:
        What was measured, what clients have got, and a sentence for each broken promise.
    """
    seconds = (minutes + rest) * 60
    measurements = SoakMeasurements()
    with tempfile.TemporaryDirectory(prefix="rlboard-reliability-") as temporary:
        home, answers = Path(temporary), Answers()
        logs = ChangingLogs(home / "logs", seed, speed)
        flags = ("--rlboard_memory_limit", str(memory)) if memory else ()
        with TensorBoardProcess(home, home / "logs", home / "cache", *flags) as server:
            server.wait_for_address()
            server.wait_until_read(len(RUNS))
            client_thread = threading.Thread(
                target=lambda: run_clients(
                    server.url,
                    list(RUNS),
                    clients,
                    seconds,
                    seed,
                    pause=1 / speed,
                    into=answers,
                    expected=EXPECTED_STATUSES | {404},
                )  # samples of a file that was rewritten are gone
            )
            started = time.monotonic()
            logs.start()
            client_thread.start()
            while client_thread.is_alive():
                now = time.monotonic() - started
                if now >= minutes * 60 and logs.is_writing:
                    logs.stop()
                measurements.add(
                    now,
                    measure(server.process.pid, home / "tmp", home / "cache"),
                    is_rest=not logs.is_writing,
                )
                client_thread.join(max(0.5, seconds / 400))
            logs.stop()
            failures = [fault for fault in answers.faults if _WITHOUT_METRICS not in fault] + _unaccounted(
                server, logs
            )
            if server.process.poll() is not None:
                failures.append("TensorBoard has ended")
    return measurements, answers, failures + measurements.rises()


def _unaccounted(server: TensorBoardProcess, logs: ChangingLogs) -> list[str]:
    """Waits until every line is a sample or a problem; a sentence for each run that has other numbers of them."""
    written = {run: logs.lines(run) for run in RUNS}
    deadline = time.monotonic() + _TIMEOUT_S
    while (
        found := {run: accounted_lines(server, run) for run in RUNS}
    ) != written and time.monotonic() < deadline:
        time.sleep(1)
    return [
        f"of {written[run]} lines of {run}, {found[run]} are samples or problems"
        for run in RUNS
        if found[run] != written[run]
    ]


def accounted_lines(server: TensorBoardProcess, run: str) -> int:
    """How many lines of a run are samples or problems."""
    samples = server.ask("samples", run=run, step_min=0, limit=1)["total"]
    problems = server.ask("problems", run=run, limit=500)
    return int(samples) + sum(line is not None for line in problems["columns"]["line"])


def main(arguments: list[str] | None = None) -> None:
    """Reads the command line, waits, writes."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--minutes", type=float, default=2, help="for how long the logs change")
    parser.add_argument("--rest", type=float, default=0, help="minutes for which they rest then")
    parser.add_argument("--memory", type=int, default=0, help="megabytes for --rlboard_memory_limit")
    parser.add_argument("--clients", type=int, default=4, help="how many ask meanwhile")
    parser.add_argument("--seed", type=int, default=1, help="of what is written and asked")
    parser.add_argument("--speed", type=float, default=1, help="how many times as fast everything goes")
    add_write(parser)
    args = parser.parse_args(arguments)
    measurements, answers, failures = soak(
        args.minutes, args.clients, args.seed, args.speed, args.rest, args.memory
    )
    command = (
        f"python scripts/reliability/soak.py --minutes {args.minutes:g} --clients {args.clients} "
        f"--seed {args.seed}" + (f" --speed {args.speed:g}" if args.speed != 1 else "")
    )
    command += (f" --rest {args.rest:g}" if args.rest else "") + (
        f" --memory {args.memory}" if args.memory else ""
    )
    asked = sum(answers.statuses.values())
    given_up = sum(times for (_, status), times in answers.statuses.items() if status == 503)
    load = f"The load of the machine was {os.getloadavg()[2]:.1f} (15 minutes)."
    counts = f"{asked:,} questions were answered, {given_up} of them given up by their own bound (503)."
    head: tuple[str, ...] = ("what TensorBoard holds", "least", "median", "most", "rise in an hour")
    head += ("… while the logs rest",) if args.rest else ()
    text = f"{made_by(command)} {load} {counts}\n\n{table(head, measurements.rows())}\n\n**Failures: {len(failures)}**"
    finish(args, "soak", text, failures)


if __name__ == "__main__":
    main()
