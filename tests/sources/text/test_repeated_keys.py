"""Keys that stand twice in a line of JSON."""

from __future__ import annotations

import json

import pytest

from tensorboard_plugin_rlboard.sources.text.repeated_keys import count_keys, has_more_keys

TEXTS = ['a: "b": c', "no colon", 'an escaped \\" and ": more', "1:2:3 " * 300]


@pytest.mark.parametrize("text", TEXTS)
@pytest.mark.parametrize("times", [1, 400])
def test_a_line_has_as_many_keys_as_its_value_and_one_more_if_one_stands_twice(text: str, times: int) -> None:
    value = {"texts": [text] * times, "objects": [{"a": 1, "b": text}], "numbers": [0.5] * 10}
    line = json.dumps(value)
    assert not has_more_keys(line.encode(), count_keys(value))
    twice = line.replace('{"a": 1', '{"a": 0, "a": 1')
    assert has_more_keys(twice.encode(), count_keys(value))
