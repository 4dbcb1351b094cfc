"""Why a response ended, however it is written: as a text, an object, an enum, or as a flag."""

from __future__ import annotations

from typing import Any

import pytest
from answers import columns, ids
from rollout_log import TestLog, row

from tensorboard_plugin_rlboard.board.samples.question import SampleQuestion


@pytest.mark.parametrize(
    ("logged", "shown"),
    [
        (["length", "stop"], ["length", "stop"]),
        ([{"type": "length", "length": 512}, {"type": "stop", "matched": 7}], ["length", "stop"]),
        ([{"reason": "max_tokens"}, {"reason": "end_turn"}], ["max_tokens", "end_turn"]),
        (["FinishReason.LENGTH", "FinishReason.STOP"], ["FinishReason.LENGTH", "FinishReason.STOP"]),
        (["max_new_tokens", "eos_token"], ["max_new_tokens", "eos_token"]),
    ],
)
def test_a_reason_says_whether_the_response_was_cut(
    logged: list[object], shown: list[str], test_log: TestLog
) -> None:
    test_log.write(*(row(0, f"r{n}", finish_reason=reason) for n, reason in enumerate(logged)))
    board = test_log.open()
    assert columns(board, "finish_reason", "truncated") == [(shown[0], 1.0), (shown[1], 0.0)]
    first = board.sample(SampleQuestion(".", ids(board)[0]))
    assert first.texts["finish_reason"].raw == shown[0]


@pytest.mark.parametrize("key", ["truncated", "is_truncated", "是否截断"])
@pytest.mark.parametrize("values", [(True, False), (1, 0), ("True", "False")])
def test_a_flag_says_so_where_no_reason_is_logged(
    key: str, values: tuple[Any, Any], test_log: TestLog
) -> None:
    test_log.write(
        row(0, "a", **{key: values[0]}),
        row(0, "b", **{key: values[1]}),
        row(0, "c", finish_reason="stop", **{key: values[0]}),
    )
    assert columns(test_log.open(), "truncated") == [(1.0,), (0.0,), (0.0,)]


def test_a_number_of_that_name_is_no_flag(test_log: TestLog) -> None:
    test_log.write(row(0, "a", is_truncated=17), row(0, "b", is_truncated=0))
    (info,) = test_log.open().runs().runs
    assert "truncated" not in [metric.name for metric in info.metrics]
