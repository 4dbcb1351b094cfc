"""What a TensorBoard answers to every question of ours, as bytes that two of them can be compared by."""

from __future__ import annotations

import hashlib
import json
import urllib.error
from typing import Any

from served import Served

_VOLATILE = frozenset({"revision", "changed", "computed_at", "seconds", "elapsed", "rate", "read_at"})
"""Members that tell of the server and not of the log."""
_PAGE = 200
_GIVEN_UP, _TRIES = 503, 5


def answers(server: Served) -> dict[str, str]:
    """Question -> digest of its answer, or its error, for every run: curves, samples, some of them whole, tokens, problems."""
    found: dict[str, str] = {}

    def note(route: str, **arguments: object) -> Any:
        try:
            data = _patiently(server, route, **arguments)
        except urllib.error.HTTPError as error:  # that is an answer, too
            found[f"{route} {arguments}"] = f"{error.code} {error.read()[:200]!r}"
            return None
        if not data.startswith(b"{"):  # numbers as they are
            found[f"{route} {arguments}"] = hashlib.sha256(data).hexdigest()
            return None
        value = json.loads(data)
        found[f"{route} {arguments}"] = _digest(value)
        return value

    for run in sorted(run["run"] for run in server.ask("runs")["runs"]):
        note("steps", run=run)
        note("problems", run=run, limit=500)
        note("distribution", run=run, metric="reward", step=3)
        note("worst_tokens", run=run, metric="logprobs")
        total, offset = 1, 0
        while offset < total:
            page = note("samples", run=run, step_min=0, offset=offset, limit=_PAGE, sort="reward")
            if page is None:
                break
            total = page["total"]
            for name in page["columns"]["id"][:2]:
                note("sample", run=run, id=name)
                note("tokens", run=run, id=name)
            offset += _PAGE
    return found


def _patiently(server: Served, route: str, **arguments: object) -> bytes:
    """The bytes of an answer; what a busy machine has no time for (503) is asked again."""
    for _ in range(_TRIES):
        try:
            return server.raw(route, **arguments)
        except urllib.error.HTTPError as error:
            if error.code != _GIVEN_UP:
                raise
    return server.raw(route, **arguments)


def differing(found: dict[str, str], wanted: dict[str, str]) -> list[str]:
    """The questions that two servers answer differently."""
    return sorted(name for name in found.keys() | wanted.keys() if found.get(name) != wanted.get(name))


def _digest(value: Any) -> str:
    return hashlib.sha256(json.dumps(_stable(value), sort_keys=True).encode()).hexdigest()


def _stable(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _stable(held) for name, held in value.items() if name not in _VOLATILE}
    return [_stable(held) for held in value] if isinstance(value, list) else value
