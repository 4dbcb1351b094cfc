from __future__ import annotations

import json
import math
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import duckdb
import numpy as np
import pytest
from example_counts import examples
from flat_tokens import all_metrics
from hypothesis import given, settings
from hypothesis import strategies as st

from tensorboard_plugin_rlboard.formats.native import NATIVE
from tensorboard_plugin_rlboard.formats.rows.sample_reader import SampleValues, parse_line, read_sample_values
from tensorboard_plugin_rlboard.index.column_names import hidden, metric
from tensorboard_plugin_rlboard.index.parts.range_builder import build_part
from tensorboard_plugin_rlboard.index.parts.sample_statistics import STORED
from tensorboard_plugin_rlboard.metrics.token_statistics import statistics

README = {
    "response": "威仪如鹤梦,道德似桃梅。<EOD><PAD>",
    "response_tokens": [*"威仪如鹤梦,", "道德", *"似桃梅。", "<EOD>", "<PAD>"],
    "logprobs": [-4.8, -1.1, -3.2, -3.2, -3.8, -0.003, -4.7, -0.8, -4.2, -1.7, -0.0008, -2.3e-05],
    "values": [0.5] * 12,
}


def opened(**row: Any) -> SampleValues:
    return read_sample_values(row, NATIVE, [])


def values(found: SampleValues, name: str) -> list[float | None]:
    """One array after alignment, None where there is no value."""
    absent = found.aligned.missing.get(name)
    array = found.aligned.values[name].tolist()
    return [None if absent is not None and absent[i] else x for i, x in enumerate(array)]


def test_readme_example_loses_its_last_pad_only() -> None:
    found = read_sample_values(README, NATIVE, [])
    assert found.token_strings[-2:] == ["。", "<EOD>"]
    assert len(found.token_strings) == 12
    assert values(found, "logprobs") == README["logprobs"]
    assert [(trim.array, trim.count) for trim in found.trims] == [("response_tokens", 1)]
    assert found.mismatches == []


def test_first_end_token_stays_where_it_is_also_the_pad() -> None:
    end = "<|endoftext|>"
    found = opened(response_tokens=["a", end, end, end], logprobs=[-1.0, -0.5, 0.0, 0.0])
    assert found.token_strings == ["a", end]
    found = opened(response_tokens=["a", end, end, end], logprobs=[-1.0, 0.0, 0.0, 0.0])
    assert found.token_strings == ["a", end], "an end token of probability 1 is still the end"
    found = opened(response_tokens=["a", end, end, end], values=[0.5, 0.25, 0.0, 0.0])
    assert found.token_strings == ["a", end], "without log-probabilities the repeats are padding"


def test_repeated_words_are_no_padding() -> None:
    for tokens in (["ha", "ha", "ha"], [" ", " ", " "], ["<", "<", "<"], ["</", ">", ">"]):
        assert opened(response_tokens=tokens, logprobs=[0.0, 0.0, 0.0]).token_strings == tokens


def test_special_tokens_that_were_sampled_stay() -> None:
    tokens = ["a", "<|tool|>", "<|tool|>"]
    assert opened(response_tokens=tokens, logprobs=[-1.0, -2.0, -3.0]).token_strings == tokens
    assert opened(response_tokens=["<pad>"] * 3, logprobs=[-1.0, -2.0, 0.0]).token_strings == ["<pad>"] * 2


def test_response_of_pads_only_becomes_empty() -> None:
    found = opened(response_tokens=["<pad>", "<pad>"], logprobs=[0.0, 0.0])
    assert found.token_strings == []
    assert int(found.aligned.sizes[0]) == 0
    assert found.aligned.values == {}


def test_arrays_one_shorter_have_no_last_value() -> None:
    found = opened(response_tokens=["a", "b", "c"], logprobs=[-1.0, -2.0], values=[0.5, 0.25, 0.0])
    assert values(found, "logprobs") == [-1.0, -2.0, None]
    assert values(found, "values") == [0.5, 0.25, 0.0]
    assert found.mismatches == []


def test_arrays_that_go_on_with_nothing_are_cut() -> None:
    found = opened(response_tokens=["a", "b"], logprobs=[-1.0, -2.0, 0.0, None, 0.0])
    assert values(found, "logprobs") == [-1.0, -2.0]
    assert found.mismatches == []


@pytest.mark.parametrize("length", [1, 2, 3, 6])
def test_arrays_of_another_length_are_left_out(length: int) -> None:
    odd = [0.5] * length
    found = opened(response_tokens=list("abcde"), logprobs=[-1.0] * 5, values=odd)
    assert [(misfit.array, misfit.length, misfit.n_tokens) for misfit in found.mismatches] == [
        ("values", length, 5)
    ]
    assert "values" not in found.aligned.values
    assert values(found, "logprobs") == [-1.0] * 5


def test_null_and_absent_arrays_are_no_arrays() -> None:
    found = opened(response_tokens=["a"], logprobs=[-1.0], values=None, ref_logprobs=[], token_rewards="")
    assert set(found.aligned.values) == {"logprobs"}
    assert found.mismatches == []


def test_without_tokens_the_log_probabilities_say_how_long_the_response_is() -> None:
    found = opened(response="ab", logprobs=[-1.0, -2.0, 0.0, 0.0], values=[0.5, 0.25, 0.0, 0.0])
    assert values(found, "logprobs") == [-1.0, -2.0]
    assert values(found, "values") == [0.5, 0.25]
    assert found.token_strings == []
    assert [(trim.array, trim.count) for trim in found.trims] == [("logprobs", 2)]
    one = opened(response="ab", logprobs=[-1.0, -2.0, 0.0])
    assert values(one, "logprobs") == [-1.0, -2.0, 0.0], "a single 0.0 may be a sure token"
    assert values(opened(response="a", values=[0.5, 0.0]), "values") == [0.5, 0.0]


def test_masks_are_read_from_any_of_their_keys() -> None:
    for key in NATIVE.mask_keys:
        found = opened(response_tokens=["a", "b", "c"], logprobs=[-1.0] * 3, **{key: [1, 0, None]})
        assert found.aligned.mask is not None, key
        assert found.aligned.mask.tolist() == [True, False, True], key
        assert set(found.aligned.values) == {"logprobs"}


def test_nan_is_a_value_and_null_is_none() -> None:
    found = opened(response_tokens=["a", "b", "c"], logprobs=[math.nan, None, math.inf])
    logprobs = values(found, "logprobs")
    assert logprobs[0] is not None
    assert math.isnan(logprobs[0])
    assert logprobs[1:] == [None, math.inf]


NUMBERS = st.one_of(
    st.sampled_from(
        [0.0, -0.0, -1.5, math.nan, math.inf, -math.inf, None, 1, True, False, "0.5", "x", [1.0]]
    ),
    st.floats(-30, 30, allow_nan=False),
)
ARRAYS = ("logprobs", "ref_logprobs", "rollout_logprobs", "values", "token_rewards", "extra")
TOKENS = st.lists(st.sampled_from(["a", " b", "威", "ab"]), max_size=4)
PADS = st.sampled_from(["<pad>", "<|endoftext|>", "[PAD]", "</s>", "a", "<a\u3000b>", "<pad>\n"])


@st.composite
def rows(draw: st.DrawFn) -> dict[str, Any]:
    tokens: list[Any] = [*draw(TOKENS), *([draw(PADS)] * draw(st.integers(0, 3)))]
    if draw(st.integers(0, 3)) == 0:  # ids
        tokens = [5 + len(str(token)) if token != tokens[-1] else 0 for token in tokens]
    row: dict[str, Any] = {"step": 1, "response": "x"}
    if draw(st.booleans()):
        row["finish_reason"] = draw(st.sampled_from(["length", "stop", "Truncated", 3]))
    if draw(st.integers(0, 4)):
        row["response_tokens"] = tokens
    for name in draw(st.lists(st.sampled_from(ARRAYS), unique=True, max_size=5)):
        length = len(tokens) + draw(st.sampled_from([0, 0, 0, -1, -2, 1, 3]))
        tail = draw(st.sampled_from([0, 1, 2, 3]))
        array = draw(st.lists(NUMBERS, min_size=max(0, length), max_size=max(0, length)))
        row[name] = array[: max(0, length - tail)] + [0.0] * min(tail, max(0, length))
        if draw(st.integers(0, 9)) == 0:
            row[name] = draw(st.sampled_from([None, "", [], "x", 3, {}, "[0.5, 0.25]", "tensor([0.5])"]))
        elif name.endswith("logprobs") and draw(st.integers(0, 4)) == 0:
            row[name] = [{"token": f"t{i}", "logprob": x} for i, x in enumerate(row[name])]
    if draw(st.integers(0, 3)) == 0:
        size = len(tokens)
        mask = draw(st.lists(st.sampled_from([0, 1, True, False, 0.0]), min_size=size, max_size=size))
        row[draw(st.sampled_from(NATIVE.mask_keys))] = mask
    return row


@settings(max_examples=examples(20), deadline=None)
@given(st.lists(rows(), min_size=1, max_size=5))
def test_index_and_opened_sample_say_the_same(drawn: list[dict[str, Any]]) -> None:
    """A range read flat by the database, and each of its lines read alone: every statistic of every array."""
    lines = [json.dumps(row).encode() for row in drawn]
    parsed = [parse_line(line) for line in lines]
    with TemporaryDirectory() as folder, duckdb.cursor() as database:
        target = Path(folder) / "part.parquet"
        part = build_part([line + b"\n" for line in lines], 0, NATIVE, target)
        source = f"read_parquet('{target}')"
        kept_rows = _by_offset(database.execute(f"SELECT * FROM {source}"))
        assert part.samples == len(lines)
        misfits = 0
        for i, line in enumerate(parsed):
            assert line is not None
            one = read_sample_values(line, NATIVE, sorted(part.keys.arrays))
            misfits += len(one.mismatches)
            whole = all_metrics(one.aligned)
            kept = kept_rows[int(part.line_offsets[i])]
            size = int(one.aligned.sizes[0])
            assert _number(kept, metric("n_tokens")) == (size or None)
            for name in ("logprobs", "values", "log_ratio", "k3", "mismatch", "value_error", "extra"):
                if name == "extra" and name not in part.keys.arrays:
                    assert name not in whole.values, "a list that is none of the tokens' is shown as it is"
                    continue
                if hidden(f"{name}_count").strip('"') not in kept:
                    assert name not in whole.values or size == 0
                    continue
                count, bad = (
                    _number(kept, hidden(f"{name}_count")),
                    _number(kept, hidden(f"{name}_nonfinite")),
                )
                if name not in whole.values:
                    assert (count, bad) == (0.0, 0.0), name
                    continue
                own = statistics(whole, name)
                assert (count, bad) == (float(own.count[0]), float(own.nonfinite[0])), (name, line)
                for statistic in STORED:
                    found = _number(kept, metric(f"{name}_{statistic}"))
                    expected = float(getattr(own, statistic)[0])
                    if math.isnan(expected):
                        assert found is None, (name, statistic, line)
                    else:
                        assert found == pytest.approx(expected, rel=1e-9, abs=1e-9), (name, statistic)
        assert sum(problem.kind == "length_mismatch" for problem in part.problems) == misfits


def _by_offset(found: duckdb.DuckDBPyConnection) -> dict[int, dict[str, Any]]:
    """The rows of a part by the offsets of their lines: a query for each number took most of this test's time."""
    names = [str(name) for name, *_ in found.description or ()]
    rows = [dict(zip(names, row, strict=True)) for row in found.fetchall()]
    return {row["line_offset"]: row for row in rows}


def _number(row: dict[str, Any], column: str) -> float | None:
    value = row[column.strip('"')]
    return None if value is None else float(np.float64(value))
