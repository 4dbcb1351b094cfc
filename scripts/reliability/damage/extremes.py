"""Lines at the ends of what there is: very long, very deep, very many, steps of every kind; each between two plain lines."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from damage.accounts import Account, accounts, open_index

PLAIN = b'{"step": 1, "prompt": "p", "response": "plain", "reward": 0.5}'
_ONES = [-0.5]


def _row(**fields: Any) -> bytes:
    return json.dumps({"step": 2, "prompt": "p", "response": "extreme", "reward": 0.25, **fields}).encode()


def _tokens(count: int) -> bytes:
    return _row(response_tokens=["t"] * count, logprobs=_ONES * count, ref_logprobs=_ONES * count)


def _keys(count: int) -> bytes:
    return _row(**{f"k{number}": number for number in range(count)})


def _nested(depth: int, begin: bytes, end: bytes) -> bytes:
    return _row()[:-1] + b', "deep": ' + begin * depth + b"1" + end * depth + b"}"


def _step(text: str) -> bytes:
    return f'{{"step": {text}, "prompt": "p", "response": "extreme", "reward": 0.25}}'.encode()


EXTREMES: dict[str, tuple[int, Callable[[int], bytes]]] = {
    "a text of {:,} bytes": (1_000_000, lambda count: _row(note="x" * count)),
    "a response of {:,} characters of three bytes": (333_333, lambda count: _row(response="秋" * count)),
    "{:,} tokens": (3_000, _tokens),
    "{:,} keys": (100, _keys),
    "lists {:,} deep": (10_000, lambda depth: _nested(depth, b"[", b"]")),
    "objects {:,} deep": (10_000, lambda depth: _nested(depth, b'{"a":', b"}")),
}
"""Name -> how much of it there is at size 1, and the line of so much."""
ODD_LINES: dict[str, bytes] = {
    "a key that stands twice": b'{"step": 2, "response": "first", "response": "extreme", "reward": 0.25}',
    "a lone surrogate": rb'{"step": 2, "response": "extreme", "note": "\ud800", "reward": 0.25}',
    "a NUL in a text": rb'{"step": 2, "response": "extreme", "note": "a\u0000b", "reward": 0.25}',
    "a NUL in a key": rb'{"step": 2, "response": "extreme", "a\u0000b": 1, "reward": 0.25}',
    "a byte that is NUL": b'{"step": 2, "response": "extreme\x00", "reward": 0.25}',
    "a BOM before it": b"\xef\xbb\xbf" + PLAIN.replace(b"plain", b"extreme"),
    "CRLF": PLAIN.replace(b"plain", b"extreme") + b"\r",
    "bytes that are no UTF-8": b'{"step": 2, "response": "extreme", "note": "\xff\xfe", "reward": 0.25}',
    "a number of 10,000 digits": b'{"step": 2, "response": "extreme", "n": '
    + b"9" * 10_000
    + b', "reward": 0.25}',
    **{
        f"a step that is {text}": _step(text)
        for text in (
            "-1",
            "9007199254740993",
            "9223372036854775808",
            "1e400",
            "1.5",
            '"2"',
            '"two"',
            "true",
            "null",
            "[2]",
            "NaN",
        )
    },
}
"""Name -> a line."""


def extremes(size: int) -> Iterator[tuple[str, bytes]]:
    """Name and line of each, of a size from 1 to 100."""
    for name, (unit, make) in EXTREMES.items():
        yield name.format(size * unit), make(size * unit)
    yield from ODD_LINES.items()


def try_extremes(
    size: int, report_line: Callable[[str], None] = lambda _: None
) -> tuple[list[tuple[str, str]], list[str]]:
    """Indexes each line between plain ones.

    Args:
        size: from 1 to 100.
        report_line: is told what became of each.

    Returns:
        Name and what became of it; and a sentence for each line that is unaccounted for.
    """
    outcomes, failures = [], []
    for name, line in extremes(size):
        with tempfile.TemporaryDirectory(prefix="rlboard-reliability-") as temporary:
            (Path(temporary) / "a.jsonl").write_bytes(b"\n".join([PLAIN, PLAIN, PLAIN, line, PLAIN, b""]))
            with open_index(Path(temporary)) as indexer:
                account = accounts(indexer.registry)["a.jsonl"]
        outcome = _outcome(account)
        outcomes.append((name, outcome))
        report_line(f"{name}: {outcome}")
        if not outcome:
            failures.append(f"{name}: neither sample nor problem")
        if [len(account.samples.get(number, ())) for number in (1, 2, 3, 5)] != [1] * 4:
            failures.append(f"{name}: the lines around it are not there")
    return outcomes, failures


def _outcome(account: Account) -> str:
    """A sample, a problem, both, or an empty text."""
    samples = account.samples.get(4, [])
    is_sample = len(samples) == 1 and samples[0][1] is not None and samples[0][2] in {0.25, 0.5}
    problems = ", ".join(f"`{kind}`" for kind in sorted(account.problems.get(4, ())))
    return " with ".join(filter(None, ("a sample" if is_sample else "", problems)))
