"""The same questions asked over HTTP and in the server's own process, and how long the answers took.

In process: the tab's routes are called as TensorBoard calls them, with everything that they do but without the socket,
the threads and the compression. It is a process of its own that has the index from the folder in which it is kept.
"""

from __future__ import annotations

import argparse
import json
import math
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.shared import machine, serving
from benchmarks.shared.figure import Figure, percentile, short

Request = tuple[str, dict[str, Any]]


@dataclass(frozen=True)
class Question:
    """What is asked, in many variants so that no answer was given before.

    Attributes:
        what: how the tables call it.
        asks: each a few requests (route and arguments) that are timed together.
        reach: milliseconds that 95 of 100 answers should take at most.
    """

    what: str
    asks: Sequence[Sequence[Request]]
    reach: float | None = None


class RefusedError(Exception):
    """The server has no answer to a question; the message is what it said."""


def has_routes(server: serving.TensorBoard, question: Question) -> bool:
    """Whether the server has the routes of a question; also the warm-up."""
    return all(server.send(serving.address(*request))[0] != 404 for request in question.asks[0])


def over_http(server: serving.TensorBoard, question: Question) -> list[float]:
    """Milliseconds of each ask, on new connections, answers compressed as for a browser.

    Raises:
        RefusedError: an answer is none.
    """
    times = []
    for ask in question.asks:
        seconds = 0.0
        for route, arguments in ask:
            status, body, took = server.send(serving.address(route, arguments), gzip=True)
            if status != 200:
                raise RefusedError(f"/{route} {arguments} answered {status}: {body[:200]!r}")
            seconds += took
        times.append(seconds * 1000)
    return times


def in_process(logdir: Path, cache: Path, questions: Sequence[Question]) -> list[list[float] | str]:
    """Milliseconds of each ask of each question in a fresh process, or what the server said instead of an answer."""
    request_json = json.dumps([question.asks for question in questions])
    command = [sys.executable, __file__, str(logdir), str(cache)]
    process = subprocess.run(
        command, input=request_json, capture_output=True, text=True, check=False, env=machine.environment()
    )
    if process.returncode:
        output = [line for line in process.stderr.splitlines() if "leaked" not in line]  # DuckDB's farewell
        raise RuntimeError("\n".join(["The process that is asked failed:", *output[-20:]]))
    found: list[list[float] | str] = json.loads(process.stdout.splitlines()[-1])
    return found


def measure_both(
    server: serving.TensorBoard, logdir: Path, cache: Path, questions: Sequence[Question]
) -> Iterator[Figure]:
    """Figures of every question, over HTTP and in process; the server has to have the index ready."""
    answerable, times = (
        [question for question in questions if has_routes(server, question)],
        list[list[float] | str](),
    )
    for question in answerable:
        try:
            times.append(over_http(server, question))
        except RefusedError as reason:
            times.append(str(reason))
    server.stop()  # so that it takes no time from the process that is asked next
    for question, http_times, in_process_times in zip(
        answerable, times, in_process(logdir, cache, answerable), strict=True
    ):
        yield figure(f"{question.what}, over HTTP: p95", http_times, question.reach)
        yield figure(f"{question.what}, in process: p95", in_process_times, question.reach)
    for question in questions:
        if question not in answerable:
            print(f"Left out: {question.what}: the server has no such route.", flush=True)


def figure(what: str, times: list[float] | str, reach: float | None) -> Figure:
    """The 95th percentile of some times; endless where the server gave up."""
    if isinstance(times, str):
        return Figure(what, math.inf, "ms", reach, note=times)
    note = f"p50 {short(percentile(times, 0.5))} ms"
    value = percentile(times, 0.95)
    return Figure(what, value, "ms", reach, low=min(times), high=max(times), count=len(times), note=note)


def main() -> None:
    """The process that is asked: questions come as JSON by standard input, times go out as JSON."""
    from tensorboard import errors  # noqa: PLC0415 (only the process that is asked needs these)
    from tensorboard.plugins import base_plugin  # noqa: PLC0415 (see above)
    from werkzeug.test import Client  # noqa: PLC0415 (see above)

    from tensorboard_plugin_rlboard.loader import RLBoardLoader  # noqa: PLC0415 (see above)

    parser = argparse.ArgumentParser()
    RLBoardLoader().define_flags(parser)
    flags = parser.parse_args([f"--rlboard_cache_dir={sys.argv[2]}"])
    flags.reload_interval, flags.logdir_spec = 5.0, ""
    plugin: Any = RLBoardLoader().load(base_plugin.TBContext(logdir=sys.argv[1], flags=flags))
    clients = {route: Client(app) for route, app in plugin.get_plugin_apps().items()}

    def ask(route: str, arguments: dict[str, Any]) -> bytes:
        try:
            answer = clients[f"/{route}"].get(f"/{route}", query_string=arguments)
        except errors.PublicError as error:  # which TensorBoard makes an answer of
            raise RefusedError(f"/{route} {arguments}: {error}") from error
        if answer.status_code != 200:
            raise RefusedError(f"/{route} {arguments} answered {answer.status}: {answer.data[:200]!r}")
        return bytes(answer.data)

    def ready() -> bool:
        found = json.loads(ask("runs", {}))
        return found["state"] == "ready" and all(run["state"] == "ready" for run in found["runs"])

    def examined() -> bool:
        table = clients.get("/run_table")  # earlier versions have none
        runs = json.loads(table.get("/run_table").data)["runs"] if table else []
        return all(run["findings"] is not None for run in runs)

    serving.wait_until("the index is loaded", ready, 0.05)
    # Else the first questions share the cores with the look for findings, which follows the loading.
    serving.wait_until("every run is examined", examined, 0.05)
    found: list[list[float] | str] = []
    for asks in json.load(sys.stdin):
        try:
            for route, arguments in asks[0]:  # not counted: the warm-up that the server had, too
                ask(route, arguments)
            times = []
            for one in asks:
                begin = time.perf_counter()
                for route, arguments in one:
                    ask(route, arguments)
                times.append((time.perf_counter() - begin) * 1000)
            found.append(times)
        except RefusedError as reason:
            found.append(str(reason))
    print(json.dumps(found))


if __name__ == "__main__":
    main()
