"""Damage to lines of JSON: what disks, interrupted writers, other languages and odd trainers make of them. Seeded."""

from __future__ import annotations

import copy
import json
import math
import random
from collections.abc import Callable
from typing import Any

Mutation = Callable[[random.Random, bytes], bytes]
"""A line without its end -> the damaged line, still without one."""

_DEEP = 3000
VALUES: tuple[Any, ...] = (
    *(None, True, False, "", "text", "NaN", "1e5", " 12 ", "١٢", "tensor(1.0)", "\x00", "\ufeff", "\ufffd"),
    *("\u202etxet", "a\r\nb", "😀" * 50, "7.318193370482e-291", math.nan, math.inf, -math.inf, 1e308, -1e308),
    *(5e-324, -0.0, 0, -1, 1.5, 2**53 + 1, 2**63, 2**64, -(2**63) - 1, 10**400, [], {}, [[]], [None], [{}]),
    *([math.nan], ["0.5", "x"], [[0.1], [0.2]], [1, [2, 3]], {"a": {"b": [1]}}, [[1, 2], [3]], [10**400]),
    *(
        [1e308] * 3,
        {"role": "user"},
        [{"role": "user", "content": None}],
        [{"role": 5, "content": [1]}],
        [0] * 2000,
    ),
)
"""What is put in the place of a value."""


def _value(rng: random.Random) -> Any:
    """A copy of one of `VALUES`: what is put into a row may be damaged further."""
    return copy.deepcopy(rng.choice(VALUES))


def _places(value: Any, depth: int = 0) -> list[tuple[Any, Any]]:
    """Every (container, key or index) of a row down to three levels; of a long list the first four elements."""
    if depth > 3:
        return []
    if isinstance(value, dict):
        inner = list(value.items())
    elif isinstance(value, list):
        inner = list(enumerate(value[:4]))
    else:
        return []
    return [(value, key) for key, _ in inner] + [
        place for _, member in inner for place in _places(member, depth + 1)
    ]


def _dumped(rng: random.Random, row: Any) -> bytes:
    text = json.dumps(row, ensure_ascii=rng.random() < 0.5)
    return text.encode("utf-8", "surrogatepass")


def _on_row(change: Callable[[random.Random, dict[str, Any]], None]) -> Mutation:
    def mutate(rng: random.Random, line: bytes) -> bytes:
        row = json.loads(line)
        change(rng, row)
        return _dumped(rng, row)

    return mutate


def _replace(rng: random.Random, row: dict[str, Any]) -> None:
    places = _places(row)
    if places:
        holder, key = rng.choice(places)
        holder[key] = _value(rng)


def _replace_top(rng: random.Random, row: dict[str, Any]) -> None:
    if row:
        row[rng.choice(list(row))] = _value(rng)


def _replace_several(rng: random.Random, row: dict[str, Any]) -> None:
    for _ in range(rng.randint(2, 6)):
        _replace(rng, row)


def _remove(rng: random.Random, row: dict[str, Any]) -> None:
    for _ in range(rng.randint(1, 3)):
        holder, key = rng.choice(_places(row) or [(row, None)])
        if isinstance(holder, dict):
            holder.pop(key, None)
        else:
            del holder[key]


def _rename(rng: random.Random, row: dict[str, Any]) -> None:
    if row:
        key = rng.choice(list(row))
        other = rng.choice(
            [key.upper(), f"{key}\x00", f"{key} ", "", "step", "response", "reward", "__proto__"]
        )
        row[other] = row.pop(key)


def _shorten_lists(rng: random.Random, row: dict[str, Any]) -> None:
    lists = [(holder, key) for holder, key in _places(row) if isinstance(holder[key], list)]
    if lists:
        holder, key = rng.choice(lists)
        holder[key] = (
            holder[key][: rng.choice([0, 1, len(holder[key]) // 2])]
            if rng.random() < 0.7
            else holder[key] * 2
        )


def _many_keys(rng: random.Random, row: dict[str, Any]) -> None:
    row |= {
        f"k{rng.randrange(10**6)}": rng.choice([1, "x", [1.0], None]) for _ in range(rng.choice([50, 300]))
    }


def _lone_surrogate(rng: random.Random, row: dict[str, Any]) -> None:
    texts = [(holder, key) for holder, key in _places(row) if isinstance(holder[key], str)]
    if texts:
        holder, key = rng.choice(texts)
        holder[key] += rng.choice(["\ud800", "\udfff", "\udc00\ud800"])


def _nest(rng: random.Random, row: dict[str, Any]) -> None:
    deep: Any = rng.choice(VALUES[:6])
    for _ in range(rng.choice([5, 60, 400])):
        deep = [deep] if rng.random() < 0.5 else {"a": deep}
    row[rng.choice([*row, "deep"])] = deep


def _nest_beyond(_: random.Random, line: bytes) -> bytes:
    return line[:-1] + b', "deep": ' + b"[" * _DEEP + b"]" * _DEEP + b"}"


def _repeat_key(rng: random.Random, line: bytes) -> bytes:
    row = json.loads(line)
    if not row:
        return line
    key = rng.choice(list(row))
    again = b"%s: %s" % (json.dumps(key).encode(), json.dumps(_value(rng)).encode())
    return line[:-1] + b", " + again + b"}" if rng.random() < 0.5 else b"{" + again + b", " + line[1:]


def _flip(rng: random.Random, line: bytes) -> bytes:
    data = bytearray(line)
    for _ in range(rng.choice([1, 1, 1, 2, 5])):
        at = rng.randrange(len(data))
        data[at] ^= 1 << rng.randrange(8)
        data[at] = data[at] if data[at] != 10 else 11  # another line is another mutation
    return bytes(data)


def _cut(rng: random.Random, line: bytes) -> bytes:
    at = rng.randrange(len(line))
    return line[:at] if rng.random() < 0.7 else line[at:]


def _drop_bytes(rng: random.Random, line: bytes) -> bytes:
    at = rng.randrange(len(line))
    return line[:at] + line[at + rng.randint(1, 40) :]


def _insert(rng: random.Random, line: bytes) -> bytes:
    at = rng.randrange(len(line) + 1)
    what = rng.choice(
        [b"\x00", b"\xff\xfe", b"\xed\xa0\x80", b"\xef\xbf\xbd", b"\xc3", b'"', b"}", b"]", b",", b"\x1b[31m"]
    )
    return line[:at] + what + line[at:]


def _glue(_: random.Random, line: bytes) -> bytes:
    return line + line


def _line_of_another_kind(rng: random.Random, _: bytes) -> bytes:
    return rng.choice(
        [
            b"",
            b"   ",
            b"\t",
            b"{}",
            b"[]",
            b"null",
            b"1",
            b'"text"',
            b"NaN",
            b"[1, 2]",
            b"\x00" * 50,
            b"# comment",
            b"\xff" * 9,
        ]
    )


def _frame(rng: random.Random, line: bytes) -> bytes:
    return rng.choice(
        [b"\xef\xbb\xbf" + line, line + b"\r", b"  " + line + b"  ", b"\x1e" + line, line + b","]
    )


MUTATIONS: dict[str, Mutation] = {
    "a value replaced": _on_row(_replace),
    "a value at the top replaced": _on_row(_replace_top),
    "several values replaced": _on_row(_replace_several),
    "keys removed": _on_row(_remove),
    "a key renamed": _on_row(_rename),
    "lists of other lengths": _on_row(_shorten_lists),
    "hundreds of keys": _on_row(_many_keys),
    "half a surrogate pair": _on_row(_lone_surrogate),
    "deep nesting": _on_row(_nest),
    "nesting beyond every parser": _nest_beyond,
    "a key that stands twice": _repeat_key,
    "bits flipped": _flip,
    "a line cut": _cut,
    "bytes lost": _drop_bytes,
    "bytes inserted": _insert,
    "two lines in one": _glue,
    "no row at all": _line_of_another_kind,
    "BOM, CR, blanks": _frame,
}
"""Name, as the report says it -> what it does to a line that holds an object."""
