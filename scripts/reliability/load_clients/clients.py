"""Clients that ask without a pause what a page asks, and remember how long each answer took."""

from __future__ import annotations

import itertools
import json
import random
import threading
import time
import urllib.error
import urllib.parse
import urllib.request
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from functools import partial

_OUR_ROUTES = "data/plugin/rlboard/"
HOST_ROUTES = ("data/environment", "data/runs", "data/plugins_listing")
"""Routes of TensorBoard's own, which its page asks for."""
_HOST_SHARE = 0.15
EXPECTED_STATUSES = frozenset({200, 503})
"""Statuses of an answer, and of one that was given up by its own bound."""
_CLIENT_S = 60.0
MIN_QUESTIONS = 12
"""Questions of each client, also where a busy machine answers none of them in time: whatever is asked for is asked for."""


@dataclass
class Answers:
    """The answers that clients got.

    Attributes:
        seconds: route -> seconds of each answer.
        statuses: route and status -> how often.
        faults: answers that should not have been, each with its first words.
    """

    seconds: dict[str, list[float]] = field(default_factory=partial(defaultdict, list))
    statuses: Counter[tuple[str, int]] = field(default_factory=Counter)
    faults: list[str] = field(default_factory=list)

    def add(self, others: Answers) -> None:
        """Counts the answers of further clients as well."""
        for route, seconds in others.seconds.items():
            self.seconds[route] += seconds
        self.statuses += others.statuses
        self.faults += others.faults


def percentile(seconds: list[float], share: float) -> float:
    """The value below which this share of some values lies: the nearest rank.

    Args:
        seconds: at least one value.
        share: from 0 to 1.
    """
    ordered = sorted(seconds)
    return ordered[min(len(ordered) - 1, max(0, -(-int(share * 1000) * len(ordered) // 1000) - 1))]


def run_clients(
    url: str,
    runs: list[str],
    clients: int,
    seconds: float,
    seed: int,
    *,
    our_routes: bool = True,
    pause: float = 0.0,
    into: Answers | None = None,
    expected: frozenset[int] = EXPECTED_STATUSES,
) -> Answers:
    """Lets clients ask for some seconds.

    Args:
        url: of a TensorBoard.
        runs: names of runs that it shows.
        clients: how many ask at once.
        seconds: for how long; each asks `MIN_QUESTIONS` questions, however long that takes.
        seed: of what is asked.
        our_routes: whether our routes are asked; else only TensorBoard's own.
        pause: seconds between an answer and the next question.
        into: where the answers are counted; by default what is returned.
        expected: the statuses that are no faults.
    """
    found, lock = Answers() if into is None else into, threading.Lock()
    end = time.monotonic() + seconds

    def client(number: int) -> None:
        rng = random.Random(f"{seed}:{number}")
        ids: list[tuple[str, str]] = []
        for asked in itertools.count():
            if asked >= MIN_QUESTIONS and time.monotonic() >= end:
                break
            route, arguments = _question(rng, runs, ids, our_routes=our_routes)
            began = time.monotonic()
            status, data = _ask(f"{url}{route}?{urllib.parse.urlencode(arguments, doseq=True)}")
            took = time.monotonic() - began
            name = route.removeprefix(_OUR_ROUTES)
            if name == "samples" and status == 200:
                run = str(arguments["run"])
                ids = [(run, str(sample_id)) for sample_id in json.loads(data)["columns"]["id"][:20]] or ids
            with lock:
                found.seconds[name].append(took)
                found.statuses[name, status] += 1
                if status not in expected:
                    found.faults.append(f"{name} {arguments}: {status} {data[:200]!r}")
            time.sleep(pause)

    threads = [threading.Thread(target=client, args=(number,)) for number in range(clients)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return found


def _question(
    rng: random.Random, runs: list[str], ids: list[tuple[str, str]], *, our_routes: bool
) -> tuple[str, dict[str, object]]:
    if not our_routes or rng.random() < _HOST_SHARE:
        return rng.choice(HOST_ROUTES), {}
    run = rng.choice(runs)
    route = rng.choice(
        (
            "runs",
            "steps",
            "samples",
            "samples",
            "sample",
            "tokens",
            "distribution",
            "worst_tokens",
            "problems",
        )
    )
    if route in {"sample", "tokens"} and ids:
        run, name = rng.choice(ids)
        return _OUR_ROUTES + route, {"run": run, "id": name}
    if route in {"sample", "tokens"}:
        route = "samples"
    arguments: dict[str, dict[str, object]] = {
        "runs": {},
        "steps": {"run": run},
        "samples": {
            "run": run,
            "step_min": 0,
            "sort": rng.choice(["reward", ""]),
            "offset": rng.randrange(100),
            "limit": 50,
        },
        "distribution": {"run": run, "metric": "reward", "step": rng.randint(1, 10)},
        "worst_tokens": {"run": run, "metric": "logprobs"},
        "problems": {"run": run},
    }
    if route == "samples" and rng.random() < 0.2:
        arguments["samples"]["search"] = f"w{rng.randrange(1000)}"
    return _OUR_ROUTES + route, arguments[route]


def _ask(url: str) -> tuple[int, bytes]:
    try:
        with urllib.request.urlopen(url, timeout=_CLIENT_S) as answer:
            return int(answer.status), answer.read()
    except urllib.error.HTTPError as error:
        return error.code, error.read()
    except OSError as error:
        return 0, repr(error).encode()
