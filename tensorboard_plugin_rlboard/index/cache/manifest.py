"""What is stored of a part and of a source file, as JSON and back.

Nothing that is read back is trusted: the folder may be shared, or have come along with somebody's logs. Whatever is not
exactly what this version writes raises ``ValueError``.
"""

from __future__ import annotations

import json
import re
from typing import Annotated, TypeVar

import numpy as np
from msgspec import Meta, Struct, ValidationError, convert, to_builtins

from tensorboard_plugin_rlboard.formats.base import Format
from tensorboard_plugin_rlboard.formats.format_specs import from_spec
from tensorboard_plugin_rlboard.index.parts.extra_keys import ExtraKeys
from tensorboard_plugin_rlboard.index.parts.line_decoder import Problem
from tensorboard_plugin_rlboard.index.parts.part import Part
from tensorboard_plugin_rlboard.index.parts.range_builder import BuiltRange
from tensorboard_plugin_rlboard.sources.file_changes import FileState
from tensorboard_plugin_rlboard.sources.fingerprints import Fingerprint

VERSION = 10
"""Changes with everything that rows depend on beside their bytes: formulas, trimming, columns."""
_MAX_COUNT = 2**62
_DIGEST = r"\A[0-9a-f]{32}\Z"
"""What `part_store.digest_of` gives: nothing else ever becomes a path."""
_Count = Annotated[int, Meta(ge=0, le=_MAX_COUNT)]
_Decoded = TypeVar("_Decoded")


class CachedRange(Struct, frozen=True, array_like=True, forbid_unknown_fields=True):
    """One indexed range of a file: where it lies, in bytes, and the name of its part."""

    offset: _Count
    length: Annotated[int, Meta(gt=0, le=_MAX_COUNT)]
    part: Annotated[str, Meta(pattern=_DIGEST)]

    @property
    def end(self) -> int:
        """Offset behind its last byte."""
        return self.offset + self.length


class Manifest(Struct, frozen=True, rename={"format_spec": "known", "formats_digest": "told_by"}):
    """What was known of one source file when it was last indexed; stored in this order.

    Attributes:
        format_spec: `Format.spec` of its format.
        state: its bytes at the last look; up to `state.read_to` it is indexed without gaps.
        ranges: its parts, in file order. Those behind `state.read_to` may leave gaps: a cluster finishes ranges in any
            order.
        archive: of a compressed file, a digest of both its ends as it is stored; else empty.
        formats_digest: digest of the formats among which the file's was found.
    """

    format_spec: str
    state: FileState
    ranges: tuple[CachedRange, ...]
    archive: str
    formats_digest: str

    @property
    def prefix(self) -> tuple[CachedRange, ...]:
        """The ranges from the first byte up to `state.read_to`."""
        return tuple(cached for cached in self.ranges if cached.offset < self.state.read_to)


class _PartFacts(Struct, omit_defaults=True):
    """What is stored of a part beside its rows; in this order. An earlier version knew nothing of the last five."""

    format: tuple[str, str]
    fingerprint: Fingerprint
    keys: tuple[list[str], list[str], dict[str, tuple[_Count, _Count]]]
    samples: _Count
    lines: _Count
    token_metrics: tuple[str, ...]
    problems: list[tuple[_Count, _Count, str, str]]
    newlines: _Count
    changes: list[tuple[str, Annotated[int, Meta(ge=-_MAX_COUNT, le=_MAX_COUNT)], _Count]]
    rewarded: _Count | None = None
    sampleless: _Count = 0
    lost: _Count = 0
    lost_lines: dict[str, _Count] = {}
    unlisted: dict[_Count, _Count] = {}


def is_digest(text: str) -> bool:
    """Whether a text can be the name of a part, or of a file in a store."""
    return re.match(_DIGEST, text) is not None


def part_facts(file_format: Format, built: BuiltRange) -> bytes:
    """What is stored of a part beside its rows.

    Args:
        file_format: the format it was read with.
        built: the part.
    """
    part = built.part
    facts = _PartFacts(
        format=(file_format.spec, file_format.definition),
        fingerprint=built.fingerprint,
        keys=(sorted(part.keys.numbers), sorted(part.keys.texts), dict(sorted(part.keys.lists.items()))),
        samples=part.samples,
        lines=part.lines,
        token_metrics=part.token_metrics,
        problems=[
            (int(part.line_numbers[p.line]), int(part.line_offsets[p.line]), p.kind, p.reason)
            for p in part.problems
        ],
        newlines=part.newlines,
        changes=part.changes,
        rewarded=part.rewarded,
        sampleless=part.sampleless,
        lost=part.lost,
        lost_lines=dict(part.lost_lines),
        unlisted={i: p.unlisted for i, p in enumerate(part.problems) if p.unlisted},
    )
    return _encoded(facts)


def read_part(content: bytes) -> BuiltRange:
    """The part that such facts are of.

    Raises:
        ValueError: they are of another version, of a format that reads otherwise now, or no facts at all.
    """
    facts = _decoded(content, _PartFacts)
    format_spec, definition = facts.format
    if _definition(format_spec) != definition:
        raise ValueError("the format is read otherwise now")
    _check_fingerprint(facts.fingerprint)
    start, length, _ = facts.fingerprint
    offsets = [offset for _, offset, _, _ in facts.problems]
    if max(facts.samples, facts.lines, facts.newlines) > length:
        raise ValueError("there are more lines than bytes")
    if (
        (facts.rewarded or 0) + facts.lost > facts.samples
        or facts.sampleless > facts.lines
        or sum(facts.lost_lines.values()) > facts.sampleless
    ):
        raise ValueError("there are fewer samples or lines")
    if max((*offsets, *(offset for _, _, offset in facts.changes)), default=0) > start + length:
        raise ValueError("a line lies behind its range")
    part = Part(
        samples=facts.samples,
        lines=facts.lines,
        keys=ExtraKeys(frozenset(facts.keys[0]), frozenset(facts.keys[1]), facts.keys[2]),
        token_metrics=facts.token_metrics,
        problems=[
            Problem(i, kind, reason, facts.unlisted.get(i, 0))
            for i, (_, _, kind, reason) in enumerate(facts.problems)
        ],
        line_offsets=np.asarray(offsets, np.int64),
        line_numbers=np.asarray([number for number, _, _, _ in facts.problems], np.int64),
        newlines=facts.newlines,
        changes=facts.changes,
        rewarded=facts.rewarded,
        sampleless=facts.sampleless,
        lost=facts.lost,
        lost_lines=facts.lost_lines,
    )
    return BuiltRange(facts.fingerprint, part)


def manifest_facts(manifest: Manifest) -> bytes:
    """What is stored of a source file; its path is not, because an address may hold a password."""
    return _encoded(manifest)


def read_manifest(content: bytes) -> Manifest:
    """The manifest that such facts are of.

    Raises:
        ValueError: they are of another version, do not fit together, or are no facts at all.
    """
    manifest = _decoded(content, Manifest)
    _definition(manifest.format_spec)
    state, prefix, at = manifest.state, manifest.prefix, 0
    counts = (state.size, state.read_to, state.packed + 1)
    bounds = (
        (max(counts), _MAX_COUNT),
        (max(state.inode, state.device), 2**128),
        (abs(state.mtime_ns), 2**64),
    )
    if min(*counts, state.inode, state.device) < 0 or any(value > most for value, most in bounds):
        raise ValueError("a number is out of its bounds")
    for cached in manifest.ranges:
        if cached.offset < at or (at < state.read_to and cached.offset != at):
            raise ValueError("the ranges do not follow each other")
        at = cached.end
    ends = [end for end in (state.first, state.last) if end is not None]
    for end in ends:
        _check_fingerprint(end)
    read = [(cached.offset, cached.length) for cached in (*prefix[:1], *prefix[-1:])]
    if [end[:2] for end in ends] != read or state.read_to != (prefix[-1].end if prefix else 0):
        raise ValueError("the ranges are not those that were read")
    return manifest


def _check_fingerprint(fingerprint: Fingerprint) -> None:
    if fingerprint.offset < 0 or not 0 <= fingerprint.length <= _MAX_COUNT:
        raise ValueError("a range lies nowhere")
    bytes.fromhex(fingerprint.digest)


def _definition(format_spec: str) -> str:
    """The definition of a format.

    Raises:
        ValueError: there is none of that name, or not with these options.
    """
    try:
        return from_spec(format_spec).definition
    except (KeyError, TypeError, AttributeError) as error:
        raise ValueError(f"there is no such format ({type(error).__name__})") from None


def _encoded(facts: Struct) -> bytes:
    return json.dumps({"version": VERSION} | to_builtins(facts)).encode()


def _decoded(content: bytes, of: type[_Decoded]) -> _Decoded:
    """The JSON is parsed by Python, because it may hold half a surrogate pair: of a path, say."""
    try:
        facts = json.loads(content)
        if not isinstance(facts, dict) or facts.get("version") != VERSION:
            raise ValueError("it is of another version")
        return convert(facts, of)
    except (RecursionError, ValidationError) as error:
        raise ValueError(f"it is not as this version writes it ({error})") from None
