"""One sample as the tab opens it."""

from __future__ import annotations

import json
import math
import struct
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from answers import ids
from sample_rows import RULES, row

from tensorboard_plugin_rlboard.board.board import Board
from tensorboard_plugin_rlboard.board.lru_cache import LruCache
from tensorboard_plugin_rlboard.board.samples.decoded_samples import DecodedSamples
from tensorboard_plugin_rlboard.board.samples.index_row import index_row
from tensorboard_plugin_rlboard.board.samples.question import SampleQuestion, SamplesQuestion, TokensQuestion
from tensorboard_plugin_rlboard.board.selection import Selection
from tensorboard_plugin_rlboard.formats.rows import sample_reader
from tensorboard_plugin_rlboard.texts import TextRules
from tensorboard_plugin_rlboard.web.json_answers import encode

Open = Callable[[Path], Board]


Write = Callable[[Path, Iterable[Any]], Path]


def test_texts_as_logged_and_as_shown(tmp_path: Path, open_board: Open, write_rows: Write) -> None:
    prompt = "<pad><pad>system<|im_end|>question"
    logged = row(1, prompt, "answer~~", ref_response="<pad>", ground_truth={"a": [1]}, note="n" * 5000)
    write_rows(tmp_path / "a.jsonl", [logged])
    board = open_board(tmp_path)
    found = board.sample(SampleQuestion(".", ids(board)[0], TextRules(("~~",), "<|im_end|>")))
    assert (found.texts["prompt"].raw, found.texts["prompt"].shown) == (prompt, "question")
    assert (found.texts["response"].raw, found.texts["response"].shown) == ("answer~~", "answer")
    assert json.loads(found.texts["ground_truth"].raw) == {"a": [1]}
    assert len(found.texts["note"].shown) == 5000, "the whole of it"


def test_tokens_missing_and_trimmed(tmp_path: Path, open_board: Open, write_rows: Write) -> None:
    tokens = ["Ġa", "Ċ", "å¨ģ", "<|end|>", "<pad>", "<pad>"]
    logged = row(1, response_tokens=tokens, logprobs=[-1.0, math.nan, None, -math.inf, 0.0, 0.0])
    logged |= {"values": [0.5, 0.5, 0.5], "response_mask": [1, 1, 0, 1, 0, 0]}
    write_rows(tmp_path / "a.jsonl", [logged])
    board = open_board(tmp_path)
    name = ids(board)[0]
    found = board.sample(SampleQuestion(".", name, RULES))
    assert found.response_tokens == [" a", "\n", "威", "<|end|>"]
    assert found.raw_tokens == tokens[:4]
    assert found.mask == [True, True, False, True]
    assert found.missing["logprobs"] == [(2, 3)]
    assert found.missing["values"] == [(3, 4)]
    assert [(trim.what, trim.count) for trim in found.trimmed] == [("response_tokens", 2)]
    assert found.scalars["nonfinite"] == 2.0
    assert found.scalars["n_tokens"] == 4.0
    names, body = board.tokens(TokensQuestion(".", name))
    assert names == [metric.name for metric in found.token_metrics]
    numbers = struct.unpack(f"<{4 * len(names)}f", body)
    at = 4 * names.index("logprobs")
    assert numbers[at] == -1.0
    assert math.isnan(numbers[at + 1])
    assert numbers[at + 3] == -math.inf
    lists = board.token_lists(TokensQuestion(".", name))
    assert lists["logprobs"][2] is None
    assert lists["values"] == [0.5, 0.5, 0.5, None]


def test_scalars_are_those_of_the_list(tmp_path: Path, open_board: Open, write_rows: Write) -> None:
    rows = [
        row(1, response_tokens=["a", "b"], logprobs=[-1.0, -2.0], ref_logprobs=[-2.0, -2.5], acc=True),
        row(1, response_tokens=["a"], logprobs=[-1.0], ref_logprobs=[-2.0], acc=False, reward=1.0),
    ]
    write_rows(tmp_path / "a.jsonl", rows)
    board = open_board(tmp_path)
    names = [metric.name for metric in board.runs().runs[0].metrics]
    columns = board.samples(SamplesQuestion(Selection("."), RULES, columns=tuple(names))).columns
    for place, name in enumerate(ids(board)):
        scalars = board.sample(SampleQuestion(".", name, RULES)).scalars
        for metric in names:
            listed = columns[metric][place]
            assert scalars.get(metric) == pytest.approx(listed), metric


def test_problems_of_a_sample_are_its_own(tmp_path: Path, open_board: Open, write_rows: Write) -> None:
    odd = row(2, response_tokens=["a", "b"], logprobs=[-1.0, -1.0], values=[1.0, 2.0, 3.0, 4.0, 5.0])
    write_rows(tmp_path / "a.jsonl", [row(1), odd, row(2) | {"step": "soon"}])
    board = open_board(tmp_path)
    found = {
        sample.line: sample
        for name in ids(board)
        if (sample := board.sample(SampleQuestion(".", name, RULES)))
    }
    assert [problem.kind for problem in found[1].problems] == []
    assert [(problem.kind, problem.line) for problem in found[2].problems] == [("length_mismatch", 2)]
    assert [problem.kind for problem in found[3].problems] == ["no_step"]
    assert found[2].scalars["problems"] == 1.0
    assert found[3].scalars["problems"] == 1.0


def test_half_surrogate_pairs_are_shown_as_replacements(tmp_path: Path, open_board: Open) -> None:
    (tmp_path / "a.jsonl").write_bytes(
        b'{"step": 1, "response": "x\\ud83dy", "response_tokens": ["\\ud83d"]}\n'
    )
    board = open_board(tmp_path)
    answer = json.loads(encode(board.sample(SampleQuestion(".", ids(board)[0], RULES))))
    assert answer["texts"]["response"]["raw"] == "x\ufffdy"
    assert answer["raw_tokens"] == ["\ufffd"]


def test_value_target_is_named(tmp_path: Path, open_board: Open, write_rows: Write) -> None:
    base: dict[str, Any] = {"response_tokens": ["a"], "values": [1.0], "token_rewards": [0.5]}
    write_rows(tmp_path / "gae" / "a.jsonl", [row(1, **base)])
    write_rows(tmp_path / "returns" / "a.jsonl", [row(1, **base, returns=[0.25])])
    write_rows(tmp_path / "none" / "a.jsonl", [row(1, response_tokens=["a"], values=[1.0])])
    board = open_board(tmp_path)
    targets = {
        run: board.sample(SampleQuestion(run, ids(board, run)[0], RULES))
        for run in ("gae", "returns", "none")
    }
    assert {run: found.value_target for run, found in targets.items()} == {
        "gae": "gae",
        "returns": "returns",
        "none": None,
    }
    assert targets["returns"].scalars["value_mse"] == 0.75**2
    assert targets["gae"].scalars["value_mse"] == 0.25


def test_what_is_kept_stays_within_its_bound() -> None:
    made: list[str] = []

    def value(size: int) -> Callable[[], str]:
        def make() -> str:
            made.append("x" * size)
            return made[-1]

        return make

    kept: LruCache[str] = LruCache(10, len)
    kept.get_or_compute("a", value(4))
    kept.get_or_compute("b", value(5))
    assert kept.get_or_compute("a", value(1)) == "xxxx", "it is not made again"
    kept.get_or_compute("c", value(4))  # b was used longest ago
    assert kept.get_or_compute("a", value(1)) == "xxxx"
    assert kept.get_or_compute("b", value(2)) == "xx"
    kept.get_or_compute("huge", value(100))
    assert kept.get_or_compute("huge", value(1)) == "x" * 100, "the newest is kept whatever it costs"
    assert len(made) == 5


def test_opened_sample_knows_its_size(tmp_path: Path, open_board: Open, write_rows: Write) -> None:
    write_rows(tmp_path / "a.jsonl", [row(1, logprobs=[-1.0] * 1000)])
    board = open_board(tmp_path)
    run = board.run(".")
    opened = DecodedSamples().get(run, index_row(board.session(run), ids(board)[0], {}).location)
    assert opened.size >= 3 * 8 * 1000, "logprobs, prob and surprise"


def test_line_is_decoded_once_for_both_routes(
    tmp_path: Path, open_board: Open, write_rows: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_rows(tmp_path / "a.jsonl", [row(1, logprobs=[-1.0])])
    board = open_board(tmp_path)
    name = ids(board)[0]
    board.sample(SampleQuestion(".", name, RULES))

    def never(*_: Any) -> Any:
        raise AssertionError("decoded again")

    monkeypatch.setattr("tensorboard_plugin_rlboard.board.samples.decoded_samples.read_sample_values", never)
    assert board.token_lists(TokensQuestion(".", name))["logprobs"] == [-1.0]


def test_simdjson_and_python_read_a_line_alike() -> None:
    lists = frozenset({"logprobs", "values"})
    lines = [
        b'{"step": 3, "logprobs": [-1.5, 0, 2], "values": [1, null], "x": {"a": [1, 2]}, "t": ["a", "b"]}',
        b'{"logprobs": [1.0, NaN], "values": [Infinity]}',
        b'{"logprobs": [[1.0], [2.0]], "values": []}',
        b'{"logprobs": ["1", 2], "values": "none", "step": 123456789012345678901234567890}',
        b'\xef\xbb\xbf{"response": "\xff", "logprobs": [true, 1.0]}',
        '{"response": "威 \\ud800", "a": 1, "a": 2}'.encode(),
        b'{"a": 1, "a": 2, "logprobs": [1], "logprobs": [2]}',
    ]
    for line in lines:
        quick, slow = sample_reader.parse_line(line, lists), sample_reader.parse_line_with_python(line)
        assert quick is not None
        assert slow is not None
        assert set(quick) == set(slow)
        for key, value in quick.items():
            plain = value.tolist() if isinstance(value, np.ndarray) else value
            assert repr(plain) == repr(slow[key]) or plain == slow[key], (line, key)
    assert isinstance((sample_reader.parse_line(lines[0], lists) or {})["logprobs"], np.ndarray)
    for bad in (b"", b"[1]", b"3", b'{"a": 1} x', b'{"a":', b"\0\0"):
        assert sample_reader.parse_line(bad, lists) is None


def test_group_numbers_of_a_sample_are_those_of_the_table(
    tmp_path: Path, open_board: Open, write_rows: Write
) -> None:
    rewards = [1.0, 0.0, 0.0, 0.5, math.nan, math.inf, None, 2.0, -1.0, None]
    rows = [row(1 + i % 2, "pq"[i % 3 == 0]) | {"reward": reward} for i, reward in enumerate(rewards)]
    write_rows(tmp_path / "a.jsonl", [{k: v for k, v in r.items() if v is not None} for r in rows])
    board = open_board(tmp_path)
    names = ["group_mean", "group_std", "group_rank", "advantage"]
    table = board.samples(SamplesQuestion(Selection("."), RULES, columns=tuple(names))).columns
    for i, name in enumerate(table["id"]):
        found = board.sample(SampleQuestion(".", str(name), RULES)).scalars
        for metric in names:
            expected = table[metric][i]
            assert found.get(metric) == (None if expected is None else pytest.approx(expected)), (i, metric)
