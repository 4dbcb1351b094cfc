"""Files are told by their content: the same rows come out of every layout, under every name."""

from __future__ import annotations

import gzip
import json
import os
import re
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from answers import columns, ignored, reasons
from layouts import json_lines, layouts
from rollout_log import opened

from tensorboard_plugin_rlboard.board.board import Board
from tensorboard_plugin_rlboard.index.registry import Registry
from tensorboard_plugin_rlboard.index.update.background import BackgroundIndexer
from tensorboard_plugin_rlboard.sources.discovery.logdir import parse_roots

Open = Callable[[Path], Board]
ROWS = [
    {"step": 3, "prompt": 'Say "é", please;', "completion": "4", "reward": 1.0},
    {"step": 3, "prompt": "1+1?", "completion": 'a,\nb\t| "c" 好', "reward": -0.5},
]
LONG = [{**row, "completion": f"{'x ' * 50_000}{row['completion']}"} for row in ROWS]
LAYOUTS = layouts(ROWS)


def put(folder: Path, files: dict[str, bytes]) -> None:
    before = time.time() - 100
    for name, data in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
        os.utime(path, (before, before))


@pytest.fixture(scope="module")
def board(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Board]:
    root = tmp_path_factory.mktemp("layouts")
    put(root / "short", LAYOUTS)
    put(root / "long", layouts(LONG))
    yield from opened(root)


@pytest.mark.parametrize("name", [path.partition("/")[0] for path in LAYOUTS])
@pytest.mark.parametrize("length", ["short", "long"])
def test_every_layout_has_the_same_samples(name: str, length: str, board: Board) -> None:
    found = columns(board, "step", "prompt", "response", "reward", run=f"{length}/{name}")
    assert [row[:2] + row[3:] for row in found] == [(r["step"], r["prompt"], r["reward"]) for r in ROWS]
    if length == "short":
        assert [row[2] for row in found] == [row["completion"] for row in ROWS]
    assert reasons(board, f"{length}/{name}") == []


def test_nothing_of_them_is_ignored(board: Board) -> None:
    assert ignored(board) == []


def test_what_stands_beside_a_list_of_rows_goes_with_each_if_it_is_of_all(
    tmp_path: Path, open_board: Open
) -> None:
    rows = [
        {"prompt": "a", "response": "b", "reward": 1.0},
        {"prompt": "c", "response": "d", "reward": 0.0, "step": 9},
    ]
    (tmp_path / "a.json").write_text(
        json.dumps({"results": rows, "step": 7, "split": "eval", "accuracy": 0.25})
    )
    board = open_board(tmp_path)
    assert columns(board, "step", "response", "reward", split="eval") == [(7, "b", 1.0), (9, "d", 0.0)]
    (info,) = board.runs().runs
    assert "accuracy" not in {metric.name for metric in info.metrics}


def test_texts_that_hold_json_in_cells_stay_texts(tmp_path: Path, open_board: Open) -> None:
    (tmp_path / "a.csv").write_text('prompt,response,reward\n"[1, 2]","{""a"": 1}",1.0\n"x","[]",0.0\n')
    assert columns(open_board(tmp_path), "prompt", "response") == [("[1, 2]", '{"a": 1}'), ("x", "[]")]


@pytest.mark.parametrize("names", [("headers", "rows"), ("header", "data"), ("fields", "values")])
@pytest.mark.parametrize("length", [1, 100_000], ids=["short", "longer than what is looked at"])
def test_a_table_by_other_names(
    names: tuple[str, str], length: int, tmp_path: Path, open_board: Open
) -> None:
    rows = [["why?", "so " * length, 1.0], ["why?", "no", 0.0]]
    table = {names[0]: ["prompt", "response", "reward"], names[1]: rows}
    (tmp_path / "a.json").write_text(json.dumps(table))
    assert columns(open_board(tmp_path), "prompt", "reward") == [("why?", 1.0), ("why?", 0.0)]


def test_a_table_with_rows_that_do_not_fit_says_how_many(tmp_path: Path, open_board: Open) -> None:
    data = [["a", "b", 1.0], ["c", "d"], ["e", "f", 0.0]]
    (tmp_path / "a.json").write_text(json.dumps({"columns": ["prompt", "response", "reward"], "data": data}))
    board = open_board(tmp_path)
    assert columns(board, "response") == [("b",), ("f",)]
    assert "left out: 1, the first of them row 2" in dict(reasons(board))["rows_left_out"]


def test_an_episode_of_a_trainer_stays_one_row(tmp_path: Path, open_board: Open) -> None:
    turns = [{"role": "user", "content": "Q"}, {"role": "assistant", "content": "A"}]
    (tmp_path / "a.json").write_text(json.dumps({"messages": turns, "reward": 1.0, "step": 2}, indent=1))
    assert columns(open_board(tmp_path), "step", "reward") == [(2, 1.0)]


@pytest.fixture
def growing(tmp_path: Path) -> Iterator[tuple[Path, Callable[[], list[Any]]]]:
    """A file, and what is shown of it after another look."""
    indexer = BackgroundIndexer(Registry(parse_roots(str(tmp_path), "")), 0)

    def look() -> list[Any]:
        indexer.index_now()
        board = Board(indexer)
        return columns(board, "response") if board.runs().runs else []

    yield tmp_path / "rollouts.json", look
    indexer.stop()


def rows_to(n: int) -> list[dict[str, Any]]:
    return [{"step": i, "prompt": "Q", "response": f"A{i}", "reward": 1.0} for i in range(n)]


def test_a_list_that_is_written_anew_keeps_its_rows_until_it_is_whole(
    growing: tuple[Path, Callable[[], list[Any]]],
) -> None:
    path, look = growing
    path.write_text(json.dumps(rows_to(3)))
    assert look() == [("A0",), ("A1",), ("A2",)]
    whole = json.dumps(rows_to(5))
    for size in (0, 1, 30, len(whole) // 3):
        path.write_text(whole[:size])
        assert look() == [("A0",), ("A1",), ("A2",)]
    path.write_text(whole)
    assert look() == [(f"A{i}",) for i in range(5)]


def test_a_list_without_its_end_shows_what_it_has(growing: tuple[Path, Callable[[], list[Any]]]) -> None:
    path, look = growing
    for n in (1, 2, 4):
        path.write_text(json.dumps(rows_to(n)).removesuffix("]"))
        assert look() == [(f"A{i}",) for i in range(n)]


def test_a_line_that_was_taken_for_a_document_becomes_one_of_many(
    growing: tuple[Path, Callable[[], list[Any]]],
) -> None:
    path, look = growing
    path.write_text(json.dumps({"samples": rows_to(2)}) + "\n")
    assert look() == [("A0",), ("A1",)]
    path.write_text(json_lines(rows_to(3)))
    assert look() == [("A0",), ("A1",), ("A2",)]


@pytest.mark.parametrize(
    ("name", "text", "kind"),
    [
        ("a.csv", "prompt,response,reward,reward\nq,a,1.0,0.5\n", "key_twice"),
        ("a.csv", "prompt,response,reward\nq,a,1.0\nq,b\n", "rows_left_out"),
        ("a.csv", "prompt,response,reward,reward\nq,a,1.0,0.5\nq,b\n", "rows_left_out"),
        ("a.json", '[{"prompt": "q", "response": "a", "reward": 1.0, "reward": 0.5}]', "key_twice"),
        ("a.json", '[{"prompt": "q", "response": "a", "reward": 0.5}, {"prompt": "q"', "damaged_archive"),
    ],
)
def test_what_is_wrong_with_a_container_has_its_kind(
    name: str, text: str, kind: str, tmp_path: Path, open_board: Open
) -> None:
    (tmp_path / name).write_text(text)
    board = open_board(tmp_path)
    of_file = {"damaged_archive", "rows_left_out", "key_twice"}
    ((found, reason),) = [one for one in reasons(board) if one[0] in of_file]
    assert found == kind
    assert ("twice" in reason) == ("reward,reward" in text or '1.0, "reward"' in text)
    assert ("left out: 1" in reason) == (kind == "rows_left_out")
    assert len(columns(board, "response")) == 1


def test_a_history_of_steps_with_their_samples_is_opened(tmp_path: Path, open_board: Open) -> None:
    """As notebooks dump it; beside it settings, which are no rows."""
    history = [
        {
            "step": step,
            "mean_reward": 0.5,
            "samples": [{"prompt": "q", "response": f"a{step}", "reward": 1.0}],
        }
        for step in (1, 2)
    ]
    (tmp_path / "a.json").write_text(json.dumps({"config": {"lr": 1e-6}, "history": history}))
    assert columns(open_board(tmp_path), "step", "response", "reward") == [(1, "a1", 1.0), (2, "a2", 1.0)]


@pytest.mark.parametrize("name", ["a.csv", "a.tsv"])
def test_a_blank_behind_each_separator_is_no_part_of_the_texts(
    name: str, tmp_path: Path, open_board: Open
) -> None:
    s = "," if name == "a.csv" else "\t"
    rows = ["step", "prompt", "response", "reward"], ["1", f'"Q{s} one"', "  A ", "0.5"]
    (tmp_path / name).write_text("".join(f"{s} ".join(row) + "\n" for row in rows))
    found = columns(open_board(tmp_path), "step", "prompt", "response", "reward")
    assert found == [(1, f"Q{s} one", "  A ", 0.5)]


def test_a_packed_document_with_a_wrong_checksum_says_so(tmp_path: Path, open_board: Open) -> None:
    """Its rows may look whole: bits that are flipped in a text leave JSON what it is."""
    packed = bytearray(gzip.compress(json.dumps([{"prompt": "q", "response": "a", "reward": 1.0}]).encode()))
    packed[-5] ^= 1  # of the checksum, which stands before the length
    (tmp_path / "a.json.gz").write_bytes(packed)
    board = open_board(tmp_path)
    assert columns(board, "response") == [("a",)]
    said = dict(reasons(board))["damaged_archive"]
    assert re.match(r"The archive is corrupt .*; the lines before that place are shown\.", said)
