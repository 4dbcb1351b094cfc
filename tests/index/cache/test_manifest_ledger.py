"""The ledger of a file's ranges: never an overlap, coverage counted right, gaps left for who builds them."""

from __future__ import annotations

from pathlib import Path

import pytest
from example_counts import examples
from hypothesis import given, settings
from hypothesis import strategies as st

from tensorboard_plugin_rlboard.index.cache import manifest_ledger
from tensorboard_plugin_rlboard.index.cache.local_store import LocalStore
from tensorboard_plugin_rlboard.index.cache.manifest import CachedRange, Manifest
from tensorboard_plugin_rlboard.index.cache.manifest_ledger import ManifestLedger
from tensorboard_plugin_rlboard.index.parts import range_plan
from tensorboard_plugin_rlboard.sources.file_changes import FileState
from tensorboard_plugin_rlboard.sources.fingerprints import Fingerprint

SIZE = 40
RANGES = st.tuples(st.integers(0, SIZE - 1), st.integers(1, 12))


def part(number: int) -> str:
    return f"{number:032x}"


def ends(offset: int, length: int) -> Fingerprint:
    return Fingerprint(offset, length, f"{offset:04x}{length:04x}")


def filled(ranges: list[tuple[int, int]], path: str = "a.jsonl") -> ManifestLedger:
    ledger = ManifestLedger(path, "native")
    for number, (offset, length) in enumerate(ranges):
        ledger.add(part(number), ends(offset, length))
    return ledger


def all_ranges(ledger: ManifestLedger) -> tuple[CachedRange, ...]:
    return ledger.ranges_to(10 * SIZE)


@given(st.lists(RANGES, max_size=30))
def test_last_range_wins_and_nothing_overlaps(added: list[tuple[int, int]]) -> None:
    """Against a plain list of what each byte's range is."""
    bytes_of: dict[int, tuple[int, int]] = {}
    for offset, length in added:
        replaced = {bytes_of[at] for at in range(offset, offset + length) if at in bytes_of}
        bytes_of = {at: of for at, of in bytes_of.items() if of not in replaced}
        bytes_of |= dict.fromkeys(range(offset, offset + length), (offset, length))
    ledger = filled(added)
    assert [(cached.offset, cached.length) for cached in all_ranges(ledger)] == sorted(set(bytes_of.values()))
    covered_to = next(at for at in range(2 * SIZE) if at not in bytes_of)
    assert (ledger.covered_to, ledger.covered_bytes) == (covered_to, len(bytes_of))
    for at in range(2 * SIZE):
        boundary = at == 0 or (at <= covered_to and bytes_of.get(at - 1) != bytes_of.get(at))
        assert ledger.covers_to(at) == boundary


@given(st.lists(RANGES, max_size=12), st.integers(0, SIZE))
def test_ranges_from_an_offset_follow_each_other(added: list[tuple[int, int]], offset: int) -> None:
    ledger = filled(added)
    found, at = ledger.ranges_from(offset), offset
    for cached in found:
        assert cached.offset == at
        at = cached.end
    assert all(cached.offset != at for cached in all_ranges(ledger))
    assert ledger.ranges_to(offset) == tuple(c for c in all_ranges(ledger) if c.offset < offset)


@given(st.lists(RANGES, max_size=12), st.integers(0, SIZE))
def test_dropped_ranges_are_gone_for_every_count(added: list[tuple[int, int]], offset: int) -> None:
    ledger = filled(added)
    left = ledger.ranges_to(offset)
    ledger.drop_from(offset)
    again = filled([(cached.offset, cached.length) for cached in left])
    assert all_ranges(ledger) == left
    assert (ledger.covered_to, ledger.covered_bytes) == (again.covered_to, again.covered_bytes)


@settings(max_examples=examples(40), deadline=None)
@given(st.sets(st.integers(0, 8), max_size=9))
def test_missing_ranges_are_those_that_anyone_would_cut(
    tmp_path_factory: pytest.TempPathFactory, done: set[int]
) -> None:
    path = tmp_path_factory.mktemp("log") / "a.jsonl"
    path.write_bytes(b'{"step": 1}\n' * 30)
    size = path.stat().st_size
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(range_plan, "FIRST_RANGE", 30)
        patch.setattr(range_plan, "RANGE", 50)
        planned = list(range_plan.plan(str(path), 0, size))
        assert len(planned) == 8
        kept = [planned[i] for i in sorted(done) if i < len(planned)]
        assert list(filled(kept, str(path)).missing_ranges(size)) == [at for at in planned if at not in kept]


def test_ranges_cut_when_the_file_was_shorter_give_way(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_bytes(b'{"step": 1}\n' * 8)
    ledger = filled([(0, 12), (24, 12), (36, 24)], str(path))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(range_plan, "RANGE", 36)
        missing = list(ledger.missing_ranges(96))
    assert missing == [(12, 36), (48, 36), (84, 12)]
    for number, (offset, length) in enumerate(missing):
        ledger.add(part(10 + number), ends(offset, length))
    assert [cached.offset for cached in all_ranges(ledger)] == [0, 12, 48, 84]
    assert ledger.covered_to == 96


def manifest(ledger: ManifestLedger, path: Path) -> Manifest:
    """What a ledger writes, read back."""
    store = LocalStore(path)
    state = ledger.covered_state(FileState(SIZE, 1, 1, 1, settled=True), store)
    ledger.save(store, "a.jsonl", state, with_head=False)
    found = store.manifest("a.jsonl")
    assert found is not None
    return found


def test_what_is_saved_comes_back(tmp_path: Path) -> None:
    ledger = filled([(0, 4), (4, 6), (20, 5)])
    stored = manifest(ledger, tmp_path)
    again = ManifestLedger.of("a.jsonl", stored)
    assert all_ranges(again) == all_ranges(ledger) == stored.ranges
    assert (stored.state.read_to, stored.state.first, stored.state.last) == (10, ends(0, 4), ends(4, 6))
    assert (again.fingerprint_before(4), again.fingerprint_before(10)) == (ends(0, 4), ends(4, 6))
    assert again.fingerprint_before(0) is None
    assert again.fingerprint_before(25) is None, "no manifest holds it"


def test_what_another_process_stored_further_on_is_taken_over(tmp_path: Path) -> None:
    stored = manifest(filled([(0, 4), (4, 6), (10, 5), (20, 5)]), tmp_path)
    own = filled([(0, 4), (4, 8), (30, 2)])
    own.merge(stored, 12)
    assert [cached.offset for cached in all_ranges(own)] == [0, 4, 20], "and what was recorded there goes"
    own = filled([(0, 4)])
    own.merge(stored, 4)
    assert all_ranges(own) == stored.ranges
    assert own.covered_to == 15
    other = filled([(0, 5)])
    other.merge(stored, 5)
    assert len(all_ranges(other)) == 1, "a file that begins otherwise is another file"


def test_small_ranges_are_recorded_at_the_start_of_a_file_only() -> None:
    small, large = 10, manifest_ledger.SMALL_RANGE
    ledger = filled([])
    assert ledger.accepts(0, small)
    ledger.add(part(0), ends(0, small))
    assert not ledger.accepts(small, small)
    assert ledger.accepts(small, large)
    assert not ledger.accepts(small + 1, large), "it leaves a gap"


def test_small_end_of_a_file_that_has_grown_is_left_out() -> None:
    ledger = filled([(0, manifest_ledger.SMALL_RANGE), (manifest_ledger.SMALL_RANGE, 10)])
    ledger.drop_small_end()
    assert ledger.covered_to == manifest_ledger.SMALL_RANGE
    only = filled([(0, 10)])
    only.drop_small_end()
    assert only.covered_to == 10
