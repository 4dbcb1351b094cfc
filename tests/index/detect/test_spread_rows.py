"""Which rows of a file are looked at: its first ones, some between and its newest, within bounds."""

from __future__ import annotations

import gzip
import json
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from tensorboard_plugin_rlboard.index.detect import spread_rows as module
from tensorboard_plugin_rlboard.index.detect.sniff import sniff_rows
from tensorboard_plugin_rlboard.index.detect.spread_rows import first_row, spread_rows


def lines(count: int, width: int = 10) -> bytes:
    return b"".join(json.dumps({"n": n, "x": "x" * width}).encode() + b"\n" for n in range(count))


def numbers(path: Path) -> list[Any]:
    return [row["n"] for row in spread_rows(str(path)).rows]


@pytest.mark.parametrize("count", [1, 19, 20, 21, 24, 25, 40])
def test_few_lines_are_all_looked_at(count: int, tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_bytes(lines(count))
    assert numbers(tmp_path / "a.jsonl") == list(range(count))


def test_small_file_is_looked_at_all_over(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_bytes(lines(1_000))
    found = numbers(tmp_path / "a.jsonl")
    assert found[:20] == list(range(20))
    assert found[-4:] == list(range(996, 1_000))
    assert len(found) == 40
    assert found == sorted(set(found))
    assert max(b - a for a, b in pairwise(found)) <= 2 * 976 / 16


@pytest.mark.parametrize("period", range(2, 12))
def test_rows_that_take_turns_are_all_looked_at(period: int, tmp_path: Path) -> None:
    """As one sample behind ten lines of metrics: no kind falls between the lines that are looked at."""
    (tmp_path / "a.jsonl").write_bytes(lines(60 * period))
    kinds = {number % period for number in numbers(tmp_path / "a.jsonl")[20:-4]}
    assert len(kinds) > period / 2


@pytest.mark.parametrize(
    "late", [{"reward": 0.5, "is_eval": True}, {"score": 0.25}], ids=["held out", "another word"]
)
def test_what_only_later_rows_of_a_small_file_have_counts(late: dict[str, Any], tmp_path: Path) -> None:
    base = {"step": 7, "prompt": "q", "completion": "an answer"}
    rows = [{**base, "reward": 0.5}] * 32 + [{**base, **late}] * 32
    (tmp_path / "a.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    found = sniff_rows(str(tmp_path / "a.jsonl")).format
    assert found is not None
    assert found.mapping is not None
    assert set(late) - {"reward"} <= {
        key for paths in found.mapping.keys.values() for key in paths.split(" | ")
    }


def test_large_file_is_looked_at_all_over(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_bytes(lines(40_000, 90))
    found = numbers(tmp_path / "a.jsonl")
    assert found[:20] == list(range(20))
    assert found[-4:] == list(range(39_996, 40_000))
    assert found == sorted(set(found))
    assert max(b - a for a, b in pairwise(found)) < 40_000 / 5


def test_torn_last_line_is_no_row(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_bytes(lines(10_000, 90) + b'{"n": 10000, "x')
    assert numbers(tmp_path / "a.jsonl")[-1] == 9_999


def test_long_lines_are_read_as_far_as_the_bounds_go(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "a.jsonl").write_bytes(lines(30, 200_000))
    found = numbers(tmp_path / "a.jsonl")
    assert found == [*range(10), 26, 27, 28, 29], "2 MB from the beginning, no place between, and the newest"
    monkeypatch.setattr(module, "_END_BYTES", 150_000)
    assert numbers(tmp_path / "a.jsonl") == list(range(10)), "the last line is longer than what is read there"


def test_archives_are_read_forward(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl.gz").write_bytes(gzip.compress(lines(40_000, 90)))
    found = numbers(tmp_path / "a.jsonl.gz")
    assert found[:20] == list(range(20))
    assert 2_000 < found[-1] < 4_000, "256 KB, and the rest of the last line"
    (tmp_path / "b.jsonl.gz").write_bytes(gzip.compress(lines(30, 200_000)))
    assert numbers(tmp_path / "b.jsonl.gz") == list(range(11))


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b"", "no complete line"),
        (b'{"a": 1', "no complete line"),
        (b"{'a': 1}\n", "no JSON"),
        (b"[1]\n", "no JSON objects"),
        (b'[1]\n{"a": 1}\n', ""),
    ],
)
def test_file_without_rows_says_why(content: bytes, problem: str, tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_bytes(content)
    found = first_row(str(tmp_path / "a.jsonl"))
    assert problem in found.problem
    assert bool(found.problem) == bool(problem)


def test_later_rows_decide_as_well(tmp_path: Path) -> None:
    """A log of metrics and notes, of which the rows behind the beginning are samples."""
    rows = [json.dumps({"note": "warming up", "seconds": n}) for n in range(2_000)]
    rows += [json.dumps({"step": n, "question": "q", "output": "x" * 100, "score": 1}) for n in range(9_000)]
    (tmp_path / "a.jsonl").write_text("\n".join(rows) + "\n", encoding="utf-8")
    found = sniff_rows(str(tmp_path / "a.jsonl"))
    assert found.format is not None
    assert found.format.mapping is not None
    assert found.format.mapping.keys["response"] == "output"


METRICS = {"step": 1, "loss": 0.3, "kl": 0.01}
SAMPLE = {"step": 1, "prompt": "q", "completion": "an answer", "reward": 1.0}


@pytest.mark.parametrize(
    "rows",
    [[METRICS] * 100 + [SAMPLE] * 2, ([METRICS] * 10 + [SAMPLE]) * 60],
    ids=["metrics before them", "metrics between them"],
)
def test_rollouts_among_many_rows_of_something_else_are_read(rows: list[Any], tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    found = sniff_rows(str(tmp_path / "a.jsonl")).format
    assert found is not None
    assert found.mapping is not None
    assert found.mapping.keys["response"] == "completion"


def test_a_program_log_with_a_few_texts_stays_out(tmp_path: Path) -> None:
    rows = [{"event": "tick", "seconds": n} for n in range(100)]
    rows += [{"event": "note", "output": "done", "step": 1, "prompt": "q"}] * 2
    (tmp_path / "a.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    found = sniff_rows(str(tmp_path / "a.jsonl"))
    assert found.format is None
    assert found.reason.startswith("Hardly any of its rows")


def test_three_rows_are_enough_for_our_own_words(tmp_path: Path) -> None:
    own = {"step": 1, "prompt": "q", "response": "a", "reward": 1.0, "seconds": 3.5}
    (tmp_path / "a.jsonl").write_text((json.dumps(own) + "\n") * 50, encoding="utf-8")
    assert len(sniff_rows(str(tmp_path / "a.jsonl")).rows) == 3
    (tmp_path / "b.jsonl").write_text((json.dumps({**own, "uid": "u"}) + "\n") * 50, encoding="utf-8")
    assert len(sniff_rows(str(tmp_path / "b.jsonl")).rows) == 40


HOSTILE: dict[str, Any] = {
    "deep": json.loads('{"a":' * 500 + "1" + "}" * 500),
    "wide": {f"k{n}": "v" for n in range(100_000)},
    "long keys": {"k" * 100_000: "v", "response": "a"},
    "long list": {"completions": ["a"] * 200_000, "rewards": [1.0] * 200_000, "prompt": "q"},
    "deep list": {"response": json.loads("[" * 500 + "]" * 500), "step": 1},
    "many numbered": {f"output_{n}": "a" for n in range(20_000)} | {"prompt": "q", "step": 1},
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_rows_are_looked_at_within_bounds(name: str, tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_text((json.dumps(HOSTILE[name]) + "\n") * 3, encoding="utf-8")
    found = sniff_rows(str(tmp_path / "a.jsonl"))
    assert found.format is not None or found.reason.endswith(".")


def test_half_a_surrogate_pair_is_seen_as_the_index_shows_it(tmp_path: Path) -> None:
    row = b'{"step": 1, "prompt": "p\\ud800", "response": "r \\ud83d\\ude00", "a\\udc00": 1, "reward": "\\ud800"}\n'
    (tmp_path / "a.jsonl").write_bytes(row)
    (found,) = spread_rows(str(tmp_path / "a.jsonl")).rows
    assert found == {
        "step": 1,
        "prompt": "p\ufffd",
        "response": "r \U0001f600",
        "a\ufffd": 1,
        "reward": "\ufffd",
    }
