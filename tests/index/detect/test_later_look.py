"""When files that have grown are looked at again: small ones each time, larger ones a bounded number of times."""

from __future__ import annotations

from typing import cast

from tensorboard_plugin_rlboard.formats.native import NATIVE
from tensorboard_plugin_rlboard.index.detect.later_look import LaterLook
from tensorboard_plugin_rlboard.index.detect.recognition import Recognition
from tensorboard_plugin_rlboard.sources.discovery.source_file import SourceFile


class Looks:
    """Stands for the recognition of files: notes the sizes of those that it is asked about."""

    def __init__(self) -> None:
        self.sizes: list[int] = []

    def other_reading(self, _format: object, file: SourceFile) -> str:
        self.sizes.append(file.size)
        return ""


def sizes_looked_at(first: int, step: int, last: int) -> list[int]:
    """The sizes at which a file is looked at that is understood at one size and then grows in steps."""
    looks = Looks()
    later = LaterLook(cast("Recognition", looks))
    later.understood(of_size(first))
    for size in range(first + step, last + 1, step):
        assert not later.finds_else("a.jsonl", NATIVE, of_size(size))
    return looks.sizes


def of_size(size: int) -> SourceFile:
    return SourceFile("/logs/a.jsonl", ".", "a.jsonl", size, 0, 1, 1)


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
    later = LaterLook(cast("Recognition", looks))
    later.understood(of_size(100))
    assert not later.finds_else("a.jsonl", NATIVE, of_size(100))
    assert looks.sizes == []
