"""What is kept of a part and of a source file, as JSON and back.

Nothing that is read back is trusted: the folder may be shared, or have come along with somebody's logs. Whatever is not
exactly what this version writes raises ``ValueError``.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any, TypeVar

import numpy as np

from tensorboard_plugin_rlboard.formats.registry import FORMATS_DIGEST, from_spec
from tensorboard_plugin_rlboard.index.build.extra_keys import ExtraKeys
from tensorboard_plugin_rlboard.index.build.line_decoder import Problem
from tensorboard_plugin_rlboard.index.build.part import Part
from tensorboard_plugin_rlboard.index.build.range_builder import BuiltRange
from tensorboard_plugin_rlboard.sources.file_changes import FileState, Fingerprint

VERSION = 3
"""Changes with everything that rows depend on beside their bytes: formulas, trimming, columns."""
_NAME = re.compile(r"[0-9a-f]{32}")
_MOST = 2**62
_Read = TypeVar("_Read")


@dataclass(frozen=True)
class CachedRange:
    """One indexed range of a file: where it lies, in bytes, and the name of its part."""

    offset: int
    length: int
    part: str

    @property
    def end(self) -> int:
        """Offset behind its last byte."""
        return self.offset + self.length


@dataclass(frozen=True)
class Manifest:
    """What was known of one source file when it was last indexed.

    Attributes:
        format_spec: `Format.spec` of its format.
        state: its bytes at the last look; up to `state.read_to` it is indexed without gaps.
        ranges: its parts, in file order. Those behind `state.read_to` may leave gaps: a cluster finishes ranges in any
            order.
        formats_digest: digest of the formats among which the file's was found.
        archive: of a compressed file, a digest of both its ends as it is stored; else empty.
    """

    format_spec: str
    state: FileState
    ranges: tuple[CachedRange, ...]
    archive: str = ""
    formats_digest: str = FORMATS_DIGEST

    @property
    def prefix(self) -> tuple[CachedRange, ...]:
        """The ranges from the first byte up to `state.read_to`."""
        return tuple(cached for cached in self.ranges if cached.offset < self.state.read_to)


def is_name(text: object) -> bool:
    """Whether a text can be the name of a part: nothing else ever becomes a path."""
    return isinstance(text, str) and _NAME.fullmatch(text) is not None


def part_facts(known: str, built: BuiltRange) -> bytes:
    """What is written down of a part beside its rows.

    Args:
        known: name of the format it was read with.
        built: the part.
    """
    part = built.part
    problems = [
        (int(part.line_numbers[p.line]), int(part.line_offsets[p.line]), p.kind, p.reason)
        for p in part.problems
    ]
    facts = {
        "version": VERSION,
        "format": [known, from_spec(known).definition],
        "fingerprint": _ends(built.fingerprint),
        "keys": [sorted(part.keys.numbers), sorted(part.keys.texts), sorted(part.keys.arrays)],
        "samples": part.samples,
        "lines": part.lines,
        "token_metrics": part.token_metrics,
        "problems": problems,
        "newlines": part.newlines,
        "changes": part.changes,
    }
    return json.dumps(facts).encode()


def read_part(content: bytes) -> BuiltRange:
    """The part that such facts are of.

    Raises:
        ValueError: they are of another version, of a format that reads otherwise now, or no facts at all.
    """
    return _strictly(content, _part)


def _part(facts: dict[str, Any]) -> BuiltRange:
    known, definition = facts["format"]
    if from_spec(known).definition != definition:
        raise ValueError("the format is read otherwise now")
    fingerprint = _fingerprint(facts["fingerprint"])
    end = fingerprint.offset + fingerprint.length
    problems = [
        (_whole(n), _whole(at, end), _text(kind), _text(why)) for n, at, kind, why in facts["problems"]
    ]
    part = Part(
        samples=_whole(facts["samples"], fingerprint.length),
        lines=_whole(facts["lines"], fingerprint.length),
        keys=ExtraKeys(*(frozenset(map(_text, names)) for names in _three(facts["keys"]))),
        token_metrics=tuple(map(_text, facts["token_metrics"])),
        problems=[Problem(i, kind, reason) for i, (_, _, kind, reason) in enumerate(problems)],
        line_offsets=np.asarray([offset for _, offset, _, _ in problems], np.int64),
        line_numbers=np.asarray([number for number, _, _, _ in problems], np.int64),
        newlines=_whole(facts["newlines"], fingerprint.length),
        changes=[
            (_text(split), _whole(step, _MOST, -_MOST), _whole(at, end))
            for split, step, at in facts["changes"]
        ],
    )
    return BuiltRange(fingerprint, part)


def manifest_facts(manifest: Manifest) -> bytes:
    """What is written down of a source file; its path is not, because an address may hold a password."""
    state = asdict(manifest.state)
    for end, known in (("first", manifest.state.first), ("last", manifest.state.last)):
        state[end] = None if known is None else _ends(known)
    ranges = [(cached.offset, cached.length, cached.part) for cached in manifest.ranges]
    facts = {"version": VERSION, "known": manifest.format_spec, "state": state, "ranges": ranges}
    return json.dumps(facts | {"archive": manifest.archive, "told_by": manifest.formats_digest}).encode()


def read_manifest(content: bytes) -> Manifest:
    """The manifest that such facts are of.

    Raises:
        ValueError: they are of another version, do not fit together, or are no facts at all.
    """
    return _strictly(content, _manifest)


def _manifest(facts: dict[str, Any]) -> Manifest:
    from_spec(_text(facts["known"]))
    ranges = []
    for offset, length, name in facts["ranges"]:
        if not is_name(name):
            raise ValueError("this is no name of a part")
        ranges.append(CachedRange(_whole(offset), _whole(length), name))
    archive, formats_digest = _text(facts["archive"]), _text(facts["told_by"])
    manifest = Manifest(facts["known"], _state(facts["state"]), tuple(ranges), archive, formats_digest)
    _fits(manifest)
    return manifest


def _state(facts: dict[str, Any]) -> FileState:
    return FileState(
        size=_whole(facts["size"]),
        mtime_ns=_whole(facts["mtime_ns"], 2**64, -(2**64)),
        inode=_whole(facts["inode"], 2**128),
        device=_whole(facts["device"], 2**128),
        settled=facts["settled"] is True,
        read_to=_whole(facts["read_to"]),
        first=None if facts["first"] is None else _fingerprint(facts["first"]),
        last=None if facts["last"] is None else _fingerprint(facts["last"]),
        packed=_whole(facts["packed"], _MOST, -1),
        measured=facts["measured"] is True,
    )


def _fits(manifest: Manifest) -> None:
    """Whether the ranges and the state tell the same."""
    at = 0
    state = manifest.state
    for cached in manifest.ranges:
        if cached.offset < at or cached.length <= 0 or (at < state.read_to and cached.offset != at):
            raise ValueError("the ranges do not follow each other")
        at = cached.end
    prefix = manifest.prefix
    ends = [(cached.offset, cached.length) for cached in (*prefix[:1], *prefix[-1:])]
    told = [(known.offset, known.length) for known in (state.first, state.last) if known is not None]
    if ends != told or state.read_to != (sum(ends[-1]) if ends else 0):
        raise ValueError("the ranges are not those that were read")


def _strictly(content: bytes, read: Callable[[dict[str, Any]], _Read]) -> _Read:
    try:
        facts = json.loads(content)
        if facts["version"] != VERSION:
            raise ValueError("it is of another version")
        return read(facts)
    except (KeyError, TypeError, AttributeError, OverflowError, RecursionError) as error:
        raise ValueError(f"it is not as this version writes it ({type(error).__name__})") from None


def _ends(known: Fingerprint) -> list[Any]:
    return [known.offset, known.length, known.digest.hex()]


def _fingerprint(facts: Any) -> Fingerprint:
    offset, length, digest = facts
    return Fingerprint(_whole(offset), _whole(length), bytes.fromhex(digest))


def _whole(value: Any, most: int = _MOST, least: int = 0) -> int:
    if type(value) is not int or not least <= value <= most:
        raise ValueError("a number is none, or out of its bounds")
    return value


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise ValueError("a text is none")  # noqa: TRY004 (a caller wants to know only that it is nothing of ours)
    return value


def _three(groups: Any) -> tuple[Any, Any, Any]:
    numbers, texts, arrays = groups
    return numbers, texts, arrays
