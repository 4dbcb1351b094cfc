"""Files of an index that somebody has changed anywhere: each is refused as a whole, or says what a file may say."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from example_counts import examples
from hypothesis import given, settings
from hypothesis import strategies as st

from tensorboard_plugin_rlboard.index.cache.manifest import (
    VERSION,
    Manifest,
    manifest_facts,
    read_manifest,
    read_part,
)

INDEX = Path(__file__).parents[2] / "fixtures" / f"index_version_{VERSION}" / "index"
MANIFEST = max(
    (INDEX / f"files-{VERSION}").glob("*/*.json"), key=lambda path: path.stat().st_size
).read_bytes()
PART = max((INDEX / f"parts-{VERSION}").glob("*/*.json"), key=lambda path: path.stat().st_size).read_bytes()

ODD = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(2**140), 2**140),
    st.integers(-10, 10_000),
    st.floats(),
    st.text(max_size=4),
    st.sampled_from(
        ["0" * 32, "0" * 31 + "\n", "../../etc/passwd", "native", "native?step=x", "mapping?", "\ud800"]
    ),
    st.lists(st.integers(-2, 9), max_size=4),
    st.dictionaries(st.sampled_from(["offset", "known", "x"]), st.integers(), max_size=2),
)


def places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Where something stands in a JSON value: keys and indices from the outside inwards."""
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [path, *(place for key, item in inner for place in places(item, (*path, key)))]


def changed(content: bytes, draw: st.DataObject) -> bytes:
    """The same with one or two of its values replaced or taken out."""
    whole = [json.loads(content)]
    for _ in range(draw.draw(st.integers(1, 2))):
        place = draw.draw(st.sampled_from(places(whole[0])))
        outer, last = (0, *place)[:-1], (0, *place)[-1]
        holder: Any = whole
        for key in outer:
            holder = holder[key]
        if len(outer) and draw.draw(st.booleans()):
            del holder[last]
        else:
            holder[last] = draw.draw(ODD)
    return json.dumps(whole[0]).encode()


def holds_together(manifest: Manifest) -> bool:
    at = 0
    for cached in manifest.ranges:
        if (
            cached.offset < at
            or cached.length <= 0
            or len(cached.part) != 32
            or set(cached.part) - set("0123456789abcdef")
        ):
            return False
        at = cached.end
    return sum(cached.length for cached in manifest.prefix) == manifest.state.read_to


@settings(max_examples=examples(150), deadline=None)
@given(st.data())
def test_changed_manifest_is_refused_or_holds_together(data: st.DataObject) -> None:
    content = changed(MANIFEST, data)
    try:
        manifest = read_manifest(content)
    except ValueError:
        return
    assert holds_together(manifest)
    assert read_manifest(manifest_facts(manifest)) == manifest


@settings(max_examples=examples(150), deadline=None)
@given(st.data())
def test_changed_facts_of_a_part_are_refused_or_hold_together(data: st.DataObject) -> None:
    content = changed(PART, data)
    try:
        built = read_part(content)
    except ValueError:
        return
    part, (start, length, _) = built.part, built.fingerprint
    assert 0 <= part.samples <= length
    assert all(0 <= offset <= start + length for _, _, offset in part.changes)
    assert len(part.line_offsets) == len(part.line_numbers) == len(part.problems)
    assert all(isinstance(key, str) for key in part.keys.numbers | part.keys.texts | part.keys.arrays)


UNCLOSED = st.binary(max_size=40).filter(lambda junk: b"}" not in junk)


@settings(max_examples=examples(100), deadline=None)
@given(UNCLOSED, st.integers(0, len(MANIFEST) - 1), st.integers(0, len(PART) - 1))
def test_torn_and_foreign_bytes_are_refused(junk: bytes, cut: int, other: int) -> None:
    with pytest.raises(ValueError):
        read_manifest(MANIFEST[:cut] + junk)
    with pytest.raises(ValueError):
        read_part(PART[:other] + junk)
