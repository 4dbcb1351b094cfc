"""JSON values are read as Python's own parser reads them, however the text is cut into pieces."""

from __future__ import annotations

import io
import json
import math
from typing import Any

import pytest
from example_counts import examples
from hypothesis import given, settings
from hypothesis import strategies as st

from tensorboard_plugin_rlboard.sources.text import json_values
from tensorboard_plugin_rlboard.sources.text.json_member import Member
from tensorboard_plugin_rlboard.sources.text.json_members import members_of, members_until_cut, read_members
from tensorboard_plugin_rlboard.sources.text.json_values import BrokenJsonError, JsonValues

VALUE = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=4), inner, max_size=4),
    max_leaves=12,
)
SPACE = st.sampled_from(["", " ", "\n", "\r\n\t "])


@settings(max_examples=examples(60), deadline=None)
@given(st.lists(VALUE, max_size=5), SPACE, st.integers(1, 40), st.sampled_from([None, 2]))
def test_values_behind_each_other_are_what_json_reads(
    values: list[Any], space: str, chunk: int, indent: int | None
) -> None:
    text = (space + "\n").join(json.dumps(value, indent=indent) for value in values)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(json_values, "_CHUNK_CHARACTERS", chunk)
        reader = JsonValues(io.StringIO(text + space))
        found = []
        while reader.peek():
            found.append(reader.value())
        assert found == values
        listed = JsonValues(io.StringIO(space + json.dumps(values, indent=indent)))
        assert listed.peek() == "["
        assert list(listed.items()) == values


@settings(max_examples=examples(60), deadline=None)
@given(st.dictionaries(st.text(max_size=5), VALUE, min_size=1, max_size=5), st.integers(1, 40))
def test_members_are_summed_up_alike_from_a_text_and_from_an_object(row: dict[str, Any], chunk: int) -> None:
    found: dict[str, Member] = {}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(json_values, "_CHUNK_CHARACTERS", chunk)
        read_members(JsonValues(io.StringIO(json.dumps(row))), found)
    assert found == members_of(row)


@pytest.mark.parametrize(
    ("text", "said", "is_cut"),
    [
        ('{"a": "x', "Unterminated", True),
        ('{"a": tru', "Expecting value", True),
        ("[1, -Infin", "Expecting value", True),
        ('{"a": 1', "delimiter", True),
        ('{"a": 1,}', "trailing comma", False),
        ("{'a': 1}", "single quotes", False),
        ('{"a": None}', "holds None", False),
        ('{"a": -inf}', "holds -inf", False),
        ('{"a": 1 // x\n}', "comment", False),
        ('{"a": "x\ny"}', "bare line end", False),
        ("[" * 200_000, "nested too deeply", False),
        ("1" * 5000, "4300", False),
    ],
)
def test_what_is_wrong_is_said(text: str, said: str, is_cut: bool) -> None:
    with pytest.raises(BrokenJsonError, match=said) as error:
        JsonValues(io.StringIO(text)).value()
    assert error.value.is_cut is is_cut


def test_a_value_that_is_too_large_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(json_values, "MAX_VALUE_CHARACTERS", 2_000_000)
    file = io.StringIO('["' + "x" * 20_000_000 + '"]')
    with pytest.raises(BrokenJsonError, match="write JSON lines"):
        JsonValues(file).value()
    assert file.tell() <= 8_000_000  # nothing like all of it was read


def test_nan_and_infinity_are_numbers() -> None:
    first, second = JsonValues(io.StringIO("[NaN, -Infinity]")).items()
    assert isinstance(first, float)
    assert math.isnan(first)
    assert second == -math.inf


def test_members_of_an_object_that_breaks_off_are_those_that_were_there() -> None:
    found = members_until_cut('{"step": 3, "tags": ["a", "b"], "rows": [{"x": 1}, {"x"')
    assert (found["step"].scalar, found["tags"].texts, found["rows"].size) == (3, ["a", "b"], 1)
    assert members_until_cut('{"rows": [{"x')["rows"].opens_object
    assert members_until_cut("{'a'") == {}


@pytest.mark.parametrize(
    "items",
    [[0.5, -1, 2e-7] * 2000, ["the", " 是", "…"] * 2000, [*[1.5] * 3000, None, *[2.5] * 3000]],
    ids=["numbers", "texts", "numbers around a null"],
)
def test_what_is_plain_in_a_list_is_read_in_a_few_stretches(items: list[object]) -> None:
    values = JsonValues(io.StringIO(json.dumps(items, ensure_ascii=False)))
    values.skip("[")
    stretches = list(values.rest_in_stretches())
    assert [item for stretch in stretches for item in stretch] == items
    assert len(stretches) <= 5


def test_a_wrong_number_is_named_and_its_stretch_is_tried_once(monkeypatch: pytest.MonkeyPatch) -> None:
    tried: list[str] = []

    def loads(text: str) -> object:
        tried.append(text)
        return json.JSONDecoder().decode(text)

    monkeypatch.setattr(f"{json_values.__name__}.json.loads", loads)
    values = JsonValues(io.StringIO("[" + "1.5, " * 500 + "1.5.5, " + "2, " * 500 + "3]"))
    found: list[object] = []
    with pytest.raises(BrokenJsonError, match="Expecting ',' delimiter"):
        found.extend(values.items())
    assert len(tried) == 1
