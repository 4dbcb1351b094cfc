"""What opened samples hold in memory: the cache of them is bounded by it."""

from __future__ import annotations

import tracemalloc
from typing import Any

import pytest
from answers import ids
from rollout_log import TestLog, row

from tensorboard_plugin_rlboard.board.samples.decoded_samples import SampleLocation, decode_sample
from tensorboard_plugin_rlboard.board.samples.index_row import index_row
from tensorboard_plugin_rlboard.index.run import RunIndex

LONG = "word " * 20_000


def first_of(log: TestLog) -> tuple[RunIndex, SampleLocation]:
    board = log.open()
    run = board.run(".")
    return run, index_row(board.session(run), ids(board)[0], {}).location


@pytest.mark.parametrize(
    "fields",
    [
        {"response": LONG},
        {"messages": [{"role": "user", "content": LONG}, {"role": "assistant", "content": "a"}]},
        {"tokens": 2_000},
    ],
)
def test_a_sample_is_as_large_as_what_it_holds(test_log: TestLog, fields: dict[str, Any]) -> None:
    test_log.write(row(1, **fields))
    run, location = first_of(test_log)
    decode_sample(run, location)  # what is loaded once is not of the sample
    tracemalloc.start()
    sample = decode_sample(run, location)
    held, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert held / 2 < sample.size < 2 * held


def test_a_text_of_ascii_has_a_byte_for_each_character(test_log: TestLog) -> None:
    test_log.write(row(1, LONG))
    run, location = first_of(test_log)
    assert 100_000 < decode_sample(run, location).size < 105_000
