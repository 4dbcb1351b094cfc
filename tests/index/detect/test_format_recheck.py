"""When files that have grown are looked at again: small ones each time, larger ones a bounded number of times."""

from __future__ import annotations

from dataclasses import replace
from typing import cast

import pytest

from tensorboard_plugin_rlboard.formats.native import NATIVE
from tensorboard_plugin_rlboard.index.detect.format_recheck import FormatRecheck
from tensorboard_plugin_rlboard.index.detect.recognition import Recognition
from tensorboard_plugin_rlboard.index.parts.extra_keys import ExtraKeys
from tensorboard_plugin_rlboard.index.parts.part import Part
from tensorboard_plugin_rlboard.index.run_file import IndexedFile
from tensorboard_plugin_rlboard.sources.discovery.source_file import SourceFile
from tensorboard_plugin_rlboard.sources.file_changes import FileState


class Looks:
    """Stands for the recognition of files: notes the sizes of those that it is asked about."""

    def __init__(self) -> None:
        self.sizes: list[int] = []

    def changed_reading(self, _format: object, file: SourceFile) -> str:
        self.sizes.append(file.size)
        return ""


def sizes_looked_at(first: int, step: int, last: int) -> list[int]:
    """The sizes at which a file is looked at that is understood at one size and then grows in steps."""
    looks = Looks()
    later = FormatRecheck(cast("Recognition", looks))
    later.note_recognised(of_size(first))
    for size in range(first + step, last + 1, step):
        assert not later.is_recognised_otherwise(indexed(), of_size(size))
    return looks.sizes


def of_size(size: int) -> SourceFile:
    return SourceFile("/logs/a.jsonl", ".", "a.jsonl", size, 0, 1, 1)


def indexed() -> IndexedFile:
    return IndexedFile(1, "/logs/a.jsonl", "a.jsonl", NATIVE, FileState(1, 0, 1, 1, settled=True))


PART = Part(samples=10, lines=10, keys=ExtraKeys(frozenset({"loss"})), token_metrics=(), rewarded=10)
"""Ten samples with rewards."""


def test_small_file_is_looked_at_each_time_it_has_grown() -> None:
    assert sizes_looked_at(100, 100, 1_000) == list(range(200, 1_001, 100))


def test_larger_file_is_looked_at_a_bounded_number_of_times() -> None:
    sizes = sizes_looked_at(300_000, 1_000, 20_000_000)
    assert sizes[0] == 375_000
    assert len(sizes) == 18
    assert sizes[-1] > 16_000_000


def test_huge_file_is_looked_at_once_for_some_bytes() -> None:
    sizes = sizes_looked_at(10_000_000_000, 10_000_000, 10_640_000_000)
    assert sizes == [10_000_000_000 + 70_000_000 * i for i in range(1, 10)]


def test_file_of_the_same_size_is_not_looked_at() -> None:
    looks = Looks()
    later = FormatRecheck(cast("Recognition", looks))
    later.note_recognised(of_size(100))
    assert not later.is_recognised_otherwise(indexed(), of_size(100))
    assert looks.sizes == []


def test_first_samples_without_the_reward_of_those_before_are_looked_at_then_twice_as_many() -> None:
    """Of 1, 2, … 100 such samples the 1st, 2nd, 4th, … 64th brings a look: seven; those before the first reward do not."""
    looks, file, size = Looks(), indexed(), 10_000_000_000
    later = FormatRecheck(cast("Recognition", looks))
    later.note_recognised(of_size(size))
    file.note_part_added(replace(PART, rewarded=0), 0)
    file.note_part_added(replace(PART, rewarded=0), 0)
    file.note_part_added(PART, 0)
    assert not later.is_recognised_otherwise(file, of_size(size))
    assert looks.sizes == []
    found: list[int] = []
    for count in range(1, 101):
        file.note_part_added(replace(PART, rewarded=9), 0)
        later.is_recognised_otherwise(file, of_size(size))
        found += [count] * (len(looks.sizes) > len(found))
    assert found == [1, 2, 4, 8, 16, 32, 64]


@pytest.mark.parametrize(
    ("part", "unlike"),
    [
        (PART, 0),
        (replace(PART, keys=ExtraKeys(frozenset({"loss", "rew"}), frozenset({"note"}), {"box": (0, 3)})), 3),
        (replace(PART, samples=8, rewarded=8, sampleless=2), 2),
        (replace(PART, rewarded=3), 7),
        (replace(PART, rewarded=None, keys=ExtraKeys(frozenset({"rew"}))), 0),  # kept from an earlier start
    ],
)
def test_how_much_a_later_range_differs(part: Part, unlike: int) -> None:
    file = indexed()
    file.note_part_added(PART, 0)
    file.note_part_added(part, 0)
    assert file.differences == unlike
