"""What a TensorBoard answers to every question of ours, as bytes that two of them can be compared by."""

from __future__ import annotations

import hashlib
import json
import urllib.error
from typing import Any

from tensorboard_process import TensorBoardProcess

_VOLATILE = frozenset({"revision", "changed", "computed_at", "seconds", "elapsed", "rate", "read_at"})
"""Members that tell of the server and not of the log."""
_PAGE = 200
_GIVEN_UP, _TRIES = 503, 5


def answers(server: TensorBoardProcess) -> dict[str, str]:
    """Question -> digest of its answer, or its error, for every run: curves, samples, some of them whole, tokens, problems."""
    digests: dict[str, str] = {}

    def ask(route: str, **arguments: object) -> Any:
        try:
            data = _ask_until_not_busy(server, route, **arguments)
        except urllib.error.HTTPError as error:  # that is an answer, too
            digests[f"{route} {arguments}"] = f"{error.code} {error.read()[:200]!r}"
            return None
        if not data.startswith(b"{"):  # numbers as they are
            digests[f"{route} {arguments}"] = hashlib.sha256(data).hexdigest()
            return None
        value = json.loads(data)
        digests[f"{route} {arguments}"] = _digest(value)
        return value

    for run in sorted(run["run"] for run in server.ask("runs")["runs"]):
        ask("steps", run=run)
        ask("problems", run=run, limit=500)
        ask("distribution", run=run, metric="reward", step=3)
        ask("worst_tokens", run=run, metric="logprobs")
        total, offset = 1, 0
        while offset < total:
            page = ask("samples", run=run, step_min=0, offset=offset, limit=_PAGE, sort="reward")
            if page is None:
                break
            total = page["total"]
            for name in page["columns"]["id"][:2]:
                ask("sample", run=run, id=name)
                ask("tokens", run=run, id=name)
            offset += _PAGE
    return digests


def _ask_until_not_busy(server: TensorBoardProcess, route: str, **arguments: object) -> bytes:
    """The bytes of an answer; what a busy machine has no time for (503) is asked again."""
    for _ in range(_TRIES):
        try:
            return server.ask_bytes(route, **arguments)
        except urllib.error.HTTPError as error:
            if error.code != _GIVEN_UP:
                raise
    return server.ask_bytes(route, **arguments)


def differing(digests: dict[str, str], wanted: dict[str, str]) -> list[str]:
    """The questions that two servers answer differently."""
    return sorted(name for name in digests.keys() | wanted.keys() if digests.get(name) != wanted.get(name))


def _digest(value: Any) -> str:
    return hashlib.sha256(json.dumps(_stable(value), sort_keys=True).encode()).hexdigest()


def _stable(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _stable(member) for name, member in value.items() if name not in _VOLATILE}
    return [_stable(member) for member in value] if isinstance(value, list) else value
