"""Clients in processes of their own, and one beside them that only looks how soon TensorBoard answers.

Sixty threads in one process wait for each other's turn of the interpreter, and what they measure is that wait. Clients are on
other machines, so here they get what the server leaves of the cores.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from multiprocessing import get_context

from load_clients.clients import Answers, run_clients

_CLIENTS_OF_A_PROCESS = 16
"""Clients of a process."""
_NICENESS = 10
_PROBE_PAUSE_S = 0.02
"""Seconds between an answer and the next look."""


def run_clients_in_processes(
    url: str, runs: Sequence[str], clients: int, seconds: float, seed: int
) -> tuple[Answers, Answers]:
    """Lets clients ask for some seconds, and one more ask for TensorBoard's own routes alone.

    Args:
        url: of a TensorBoard.
        runs: names of runs that it shows.
        clients: how many ask at once; 0 for an idle TensorBoard.
        seconds: for how long.
        seed: of what is asked.

    Returns:
        What the clients have got, and what the one beside them has got.
    """
    shares = [
        min(_CLIENTS_OF_A_PROCESS, clients - first) for first in range(0, clients, _CLIENTS_OF_A_PROCESS)
    ]
    with ProcessPoolExecutor(len(shares) + 1, get_context("spawn")) as processes:
        clients_answers = [
            processes.submit(_clients, url, list(runs), share, seconds, seed + number)
            for number, share in enumerate(shares)
        ]
        probe: Future[Answers] = processes.submit(_probe, url, seconds, seed)
        found = Answers()
        for answers_of_one in clients_answers:
            found.add(answers_of_one.result())
        return found, probe.result()


def _clients(url: str, runs: list[str], clients: int, seconds: float, seed: int) -> Answers:
    os.nice(_NICENESS)
    return run_clients(url, runs, clients, seconds, seed)


def _probe(url: str, seconds: float, seed: int) -> Answers:
    return run_clients(url, [], 1, seconds, seed, our_routes=False, pause=_PROBE_PAUSE_S)
