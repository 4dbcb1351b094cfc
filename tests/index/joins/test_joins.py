"""Reference answers and scores from files beside a log: joined by key, whenever they come, and taken back when they go."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import duckdb
import pytest

from tensorboard_plugin_rlboard.api import Joined, RunInfo
from tensorboard_plugin_rlboard.board.board import Board
from tensorboard_plugin_rlboard.board.selection import Selection
from tensorboard_plugin_rlboard.board.steps import service
from tensorboard_plugin_rlboard.board.steps.query import steps
from tensorboard_plugin_rlboard.index.joins import run_joins as joined_run
from tensorboard_plugin_rlboard.index.joins import side_files as joined_files
from tensorboard_plugin_rlboard.index.registry import Registry
from tensorboard_plugin_rlboard.sources.discovery.logdir import parse_roots
from tensorboard_plugin_rlboard.texts import TextRules

Write = Callable[[Path, Iterable[Any]], Path]
Start = Callable[[], Board]


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    """Boards over the folder `log`, with parts kept in the folder `cache`; everything is indexed and joined."""
    opened: list[Registry] = []

    def make() -> Board:
        registry = Registry(parse_roots(str(tmp_path / "log"), ""), 0, tmp_path / "cache")
        opened.append(registry)
        board = Board(registry)
        registry.refresh()
        return board

    yield make
    for registry in opened:
        registry.stop()


@pytest.fixture
def log(tmp_path: Path) -> Path:
    return tmp_path / "log"


def row(step: int, i: int, **more: Any) -> dict[str, Any]:
    return {
        "step": step,
        "prompt": f"<pad><pad>问题{i % 3}",
        "response": "答" * (i + 1),
        "reward": i / 10,
        **more,
    }


def rollouts(steps_: Iterable[int] = range(3), count: int = 6) -> list[dict[str, Any]]:
    return [row(step, i) for step in steps_ for i in range(count)]


def reference(i: int, **more: Any) -> dict[str, Any]:
    return {"prompt": f"问题{i}", "ref_response": f"参考{i}<pad><pad>", "ref_reward": 0.25, **more}


def append(path: Path, rows: Iterable[Any]) -> None:
    with path.open("a", encoding="utf-8") as file:
        file.writelines(json.dumps(found, ensure_ascii=False) + "\n" for found in rows)


def columns(board: Board, *names: str, run: str = ".", **chosen: Any) -> list[tuple[Any, ...]]:
    """The values of some columns, of every sample in the order of the log."""
    found = board.samples(Selection(run, **chosen), TextRules(), columns=list(names), limit=500).columns
    return list(zip(*(found[name] for name in names), strict=True))


def described(board: Board, run: str = ".") -> RunInfo:
    return next(found for found in board.runs().runs if found.run == run)


def problems(board: Board, run: str = ".") -> list[tuple[str, int | None, str]]:
    found = board.problems(run, 0, 500).columns
    return list(zip(found.file, found.line, found.kind, strict=True))


def origins(board: Board, run: str = ".") -> dict[str, str]:
    return {metric.name: metric.origin for metric in described(board, run).metrics}


def curves(board: Board, metric: str = "reward_gap", run: str = ".") -> list[Any]:
    """The mean of a metric at each step, which is what a query over the same rows gives."""
    answer = board.steps(Selection(run), (metric,))
    queried = steps(board.registry.cursor(), board.registry.runs[run], Selection(run), [metric])
    assert list(answer.metrics[metric].mean) == pytest.approx(list(queried.metrics[metric].mean), nan_ok=True)
    assert answer.step_metrics.keys() == queried.step_metrics.keys()
    for name in {"win", "tie", "loss"} & answer.step_metrics.keys():
        assert list(answer.step_metrics[name]) == pytest.approx(list(queried.step_metrics[name]), nan_ok=True)
    return list(answer.metrics[metric].mean)


def test_a_reference_made_ahead_is_joined_by_prompt(log: Path, start: Start, write_rows: Write) -> None:
    write_rows(log / "a.jsonl", rollouts())
    write_rows(log / "ref.jsonl", [reference(0), reference(1)])
    board = start()
    found = columns(board, "prompt", "ref_response", "ref_reward", "reward_gap", "ref_n_chars", step=1)
    assert found[:3] == [
        ("问题0", "参考0", 0.25, -0.25, 3.0),
        ("问题1", "参考1", 0.25, pytest.approx(-0.15), 3.0),
        ("问题2", None, None, None, None),
    ]
    info = described(board)
    assert info.formats == ["native"]
    assert info.samples == 18
    assert info.files == 1
    assert info.joined == [
        Joined("reference", "ref.jsonl", 12, 6, ("ref_response", "ref_reward", "ref_n_chars", "reward_gap"))
    ]
    assert origins(board)["ref_reward"] == origins(board)["reward_gap"] == "joined"
    assert origins(board)["reward"] == ""
    assert "ref_response" in info.text_columns
    assert not board.runs().ignored
    assert not problems(board)
    assert curves(board) == pytest.approx([-0.05] * 3)
    assert list(board.steps(Selection(".")).step_metrics["win"]) == [0.5] * 3
    id_ = columns(board, "id")[0][0]
    opened = board.sample(".", id_, TextRules())
    assert opened.texts["ref_response"].shown == "参考0"
    assert opened.scalars["ref_reward"] == 0.25
    assert opened.scalars["reward_gap"] == -0.25
    assert columns(board, "ref_reward", search="参考1") == [(0.25,)] * 6
    assert columns(board, "step", where="reward_gap > 0 AND step = 2") == [(2,)] * 2


def test_what_was_logged_is_never_overwritten(log: Path, start: Start, write_rows: Write) -> None:
    write_rows(
        log / "a.jsonl",
        [
            row(1, 0, ref_response="自己", ref_reward=9.0),
            row(1, 0, ref_response="自己"),
            row(1, 0, ref_response="参考0"),
            row(1, 0, ref_reward=math.nan),
            row(1, 0),
        ],
    )
    write_rows(log / "ref.jsonl", [reference(0)])
    board = start()
    found = columns(board, "ref_response", "ref_reward", "reward_gap")
    assert found[:3] == [("自己", 9.0, -9.0), ("自己", None, None), ("参考0", 0.25, -0.25)]
    assert found[3][0] == "参考0"
    assert math.isnan(found[3][1])
    assert found[4] == ("参考0", 0.25, -0.25)
    assert origins(board)["ref_reward"] == ""
    assert described(board).joined[0].matched == 5
    assert "unmatched" not in {kind for _, _, kind in problems(board)}


def test_a_late_reference_grows_is_rewritten_and_goes(log: Path, start: Start, write_rows: Write) -> None:
    write_rows(log / "a.jsonl", rollouts())
    board = start()
    assert board.steps(Selection(".")).metrics.keys() & {"ref_reward", "reward_gap"} == set()
    assert not described(board).joined
    write_rows(log / "ref.jsonl", [reference(0)])
    board.registry.refresh()
    assert columns(board, "ref_reward", step=0) == [(0.25,), (None,), (None,)] * 2
    assert curves(board) == pytest.approx([-0.1] * 3)
    append(log / "ref.jsonl", [reference(1, ref_reward=0.0)])
    board.registry.refresh()
    assert columns(board, "ref_reward", step=2) == [(0.25,), (0.0,), (None,)] * 2
    assert curves(board) == pytest.approx([0.075] * 3)
    assert described(board).joined[0].matched == 12
    write_rows(log / "ref.jsonl", [reference(2, ref_reward=1.0)])
    board.registry.refresh()
    assert (
        columns(board, "ref_response", "ref_reward", step=2)
        == [(None, None), (None, None), ("参考2", 1.0)] * 2
    )
    assert curves(board) == pytest.approx([-0.65] * 3)
    (log / "ref.jsonl").unlink()
    board.registry.refresh()
    info = described(board)
    assert info.joined == []
    assert {"ref_reward", "reward_gap", "ref_n_chars"} & set(origins(board)) == set()
    assert "ref_response" not in info.text_columns
    assert board.steps(Selection(".")).metrics.keys() & {"ref_reward", "reward_gap"} == set()
    assert "win" not in board.steps(Selection(".")).step_metrics
    assert columns(board, "prompt", step=0)[0] == ("问题0",)


def test_a_training_that_goes_on_is_joined_as_it_writes(log: Path, start: Start, write_rows: Write) -> None:
    write_rows(log / "a.jsonl", rollouts(range(2)))
    write_rows(log / "ref.jsonl", [reference(0)])
    board = start()
    run = board.registry.runs["."]
    before = dict(run.touched)
    append(log / "a.jsonl", rollouts([2]))
    append(log / "ref.jsonl", [reference(7)])  # of no sample
    board.registry.refresh()
    assert columns(board, "ref_reward", step=2) == [(0.25,), (None,), (None,)] * 2
    assert {
        key: at for key, at in run.touched.items() if key[1] < 2
    } == before  # nothing else was computed again
    assert described(board).joined[0] == Joined(
        "reference", "ref.jsonl", 6, 12, ("ref_response", "ref_reward", "ref_n_chars", "reward_gap")
    )
    append(log / "ref.jsonl", [reference(1)])
    append(log / "a.jsonl", rollouts([3]))
    board.registry.refresh()
    assert columns(board, "ref_reward", step=0) == [(0.25,), (0.25,), (None,)] * 2
    assert columns(board, "ref_reward", step=3) == [(0.25,), (0.25,), (None,)] * 2
    assert curves(board) == pytest.approx([-0.05] * 4)
    assert len(columns(board, "line")) == 24
    assert described(board).samples == 24


def test_scores_by_prompt_and_response(log: Path, start: Start, write_rows: Write) -> None:
    write_rows(log / "run" / "a.jsonl", rollouts(range(2)))
    scores = [
        {
            "prompt": f"问题{i % 3}",
            "response": "答" * (i + 1) + "<pad>",
            "score": i,
            "judge": 0.5,
            "why": "text",
        }
        for i in range(5)
    ]
    scores[2]["judge"] = math.nan
    scores[3]["judge"] = None
    write_rows(log / "run" / "scores.jsonl", scores)
    board = start()
    found = columns(board, "score", "judge", run="run", step=1)
    assert [score for score, _ in found] == [0.0, 1.0, 2.0, 3.0, 4.0, None]
    assert found[0][1] == 0.5
    assert math.isnan(found[2][1])
    assert found[3][1] is None
    assert found[5][1] is None
    info = described(board, "run")
    assert info.joined == [Joined("scores", "run/scores.jsonl", 10, 2, ("judge", "score"))]
    assert origins(board, "run")["score"] == "joined"
    assert info.samples == 12
    assert not problems(board, "run")
    assert curves(board, "score", "run") == [2.0, 2.0]


def test_scores_by_our_ids_and_by_the_log_s_own(log: Path, start: Start, write_rows: Write) -> None:
    rows = [row(1, i, sample_id=f"s{i}", id=i) for i in range(4)]
    write_rows(log / "a.jsonl", rows)
    board = start()
    ours = [name for (name,) in columns(board, "id")]
    write_rows(
        log / "x" / ".." / "one.jsonl",
        [{"id": ours[0], "valid_reward": 0.7}, {"id": "nobody", "valid_reward": 1}],
    )
    write_rows(
        log / "two.jsonl",
        [{"sample_id": "s1", "second": 1.5}, {"id": 2, "second": 2.5}, {"id": 3.0, "second": 3.5}],
    )
    board.registry.refresh()
    assert columns(board, "valid_reward", "second") == [(0.7, None), (None, 1.5), (None, 2.5), (None, 3.5)]
    assert described(board).joined == [
        Joined("scores", "one.jsonl and 1 more", 4, 0, ("second", "valid_reward"))
    ]


def test_several_lines_and_files_may_score_one_sample(log: Path, start: Start, write_rows: Write) -> None:
    write_rows(log / "a.jsonl", [row(1, i, sample_id=f"s{i}") for i in range(2)])
    write_rows(log / "one.jsonl", [{"sample_id": "s0", "a": 1.0}, {"sample_id": "s0", "b": 2.0}])
    write_rows(
        log / "two.jsonl", [{"sample_id": "s0", "c": 3.0, "a": 9.0}, {"sample_id": "s1", "c": None, "a": 4.0}]
    )
    texts = {"prompt": "问题0", "response": "答"}
    write_rows(log / "zwei.jsonl", [{**texts, "d": 5.0, "a": 8.0}])
    board = start()
    assert columns(board, "a", "b", "c", "d") == [(1.0, 2.0, 3.0, 5.0), (4.0, None, None, None)]
    assert described(board).joined == [Joined("scores", "one.jsonl and 2 more", 2, 0, ("a", "b", "c", "d"))]
    assert problems(board) == [("one.jsonl", None, "repeated_key")]  # s0 has two values of a


def test_a_score_with_a_name_that_the_log_has_gets_another(
    log: Path, start: Start, write_rows: Write
) -> None:
    write_rows(log / "a.jsonl", [row(1, i, sample_id=str(i), score=5.0) for i in range(2)])
    write_rows(
        log / "s.jsonl", [{"sample_id": "0", "score": 1.0, "n_chars": 7, "reward": 3.0, "step_time": 2}]
    )
    board = start()
    assert columns(board, "score", "joined.score", "joined.n_chars", "joined.reward") == [
        (5.0, 1.0, 7.0, 3.0),
        (5.0, None, None, None),
    ]
    assert origins(board)["score"] == ""
    assert origins(board)["joined.score"] == "joined"


def test_a_name_that_the_log_takes_later_is_given_up(log: Path, start: Start, write_rows: Write) -> None:
    write_rows(log / "a.jsonl", [row(1, 0, sample_id="0")])
    write_rows(log / "s.jsonl", [{"sample_id": "0", "score": 1.0}])
    board = start()
    assert columns(board, "score") == [(1.0,)]
    append(log / "a.jsonl", [row(2, 1, sample_id="1", score=9.0)])
    board.registry.refresh()
    assert columns(board, "score", "joined.score") == [(None, 1.0), (9.0, None)]
    assert origins(board)["score"] == ""


def test_a_reward_that_was_scored_afterwards_is_the_reward(
    log: Path, start: Start, write_rows: Write
) -> None:
    rows = [{"step": 1, "prompt": "p", "response": str(i), "ref_reward": 1.0} for i in range(2)]
    write_rows(log / "a.jsonl", rows)
    board = start()
    ours = [name for (name,) in columns(board, "id")]
    write_rows(log / "s.jsonl", [{"id": name, "reward": 2.0 * i} for i, name in enumerate(ours)])
    board.registry.refresh()
    assert columns(board, "reward", "reward_gap", "group_rank") == [(0.0, -1.0, 2.0), (2.0, 1.0, 1.0)]
    assert curves(board) == [0.0]
    assert origins(board)["reward"] == "joined"


def test_the_nearest_file_counts_and_files_are_for_runs_below(
    log: Path, start: Start, write_rows: Write
) -> None:
    for run in ("a", "a/b", "c"):
        write_rows(log / run / "x.jsonl", rollouts([1], 2))
    write_rows(log / "ref.jsonl", [reference(0), reference(1)])
    write_rows(log / "a" / "ref.jsonl", [reference(0, ref_reward=0.5, ref_response="近")])
    board = start()
    names = ("ref_response", "ref_reward")
    assert columns(board, *names, run="c") == [("参考0", 0.25), ("参考1", 0.25)]
    assert (
        columns(board, *names, run="a") == columns(board, *names, run="a/b") == [("近", 0.5), ("参考1", 0.25)]
    )
    assert [found.source for found in described(board, "a/b").joined] == ["a/ref.jsonl", "ref.jsonl"]
    assert [(found.matched, found.unmatched) for found in described(board, "a").joined] == [(1, 1), (2, 0)]


def test_bad_lines_are_named_with_file_and_line(log: Path, start: Start, write_rows: Write) -> None:
    write_rows(log / "a.jsonl", rollouts([1], 3))
    lines = [
        reference(0),
        "{bad",
        "",
        {"ref_reward": 1.0, "ref_response": "no prompt"},
        {"prompt": "问题2"},
        reference(1, ref_reward="much"),
        "[1]",
        reference(0, ref_response="second"),
    ]
    write_rows(log / "ref.jsonl", lines)
    board = start()
    assert columns(board, "ref_response", "ref_reward") == [("参考0", 0.25), ("参考1", None), (None, None)]
    assert sorted(problems(board), key=str) == sorted(
        [
            ("ref.jsonl", 2, "bad_json"),
            ("ref.jsonl", 4, "no_key"),
            ("ref.jsonl", 5, "no_value"),
            ("ref.jsonl", 6, "not_a_number"),
            ("ref.jsonl", 7, "not_an_object"),
            ("ref.jsonl", None, "repeated_key"),
        ],
        key=str,
    )
    reasons = board.problems(".", 0, 500).columns.reason
    assert all(reason.endswith(".") for reason in reasons)
    write_rows(log / "ref.jsonl", [reference(0)])
    board.registry.refresh()
    assert problems(board) == []
    assert columns(board, "ref_response", "ref_reward")[0] == ("参考0", 0.25)


def test_many_bad_lines_are_counted(log: Path, start: Start, write_rows: Write) -> None:
    write_rows(log / "a.jsonl", rollouts([1], 3))
    write_rows(log / "ref.jsonl", [reference(0), *["{bad"] * 500])
    board = start()
    found = board.problems(".", 0, 500).columns
    assert list(found.kind).count("bad_json") == 20
    assert next(
        reason for kind, reason in zip(found.kind, found.reason, strict=True) if kind == "further_problems"
    ).startswith("480 more")


def test_a_file_that_nothing_matches_says_so_once(log: Path, start: Start, write_rows: Write) -> None:
    write_rows(log / "a" / "x.jsonl", rollouts([1], 3))
    write_rows(log / "b" / "x.jsonl", [row(1, 0) | {"prompt": "another"}])
    write_rows(log / "ref.jsonl", [{"prompt": "nothing", "ref_reward": 1.0}])
    board = start()
    assert problems(board, "a") == problems(board, "b") == [("ref.jsonl", None, "unmatched")]
    assert described(board, "a").joined == [Joined("reference", "ref.jsonl", 0, 3, ())]
    append(log / "ref.jsonl", [reference(0)])
    board.registry.refresh()
    assert problems(board, "a") == problems(board, "b") == []  # it is not for b, and that is no fault


def test_the_first_line_of_a_key_counts_by_file_then_line(log: Path, start: Start, write_rows: Write) -> None:
    write_rows(log / "x.jsonl", rollouts([1], 1))
    write_rows(log / "ref_b.jsonl", [reference(0, ref_reward=2.0), reference(0, ref_reward=3.0)])
    board = start()
    assert columns(board, "ref_reward") == [(2.0,)]
    write_rows(log / "ref_a.jsonl", [reference(0, ref_reward=1.0)])
    board.registry.refresh()
    assert columns(board, "ref_reward") == [(1.0,)]
    (log / "ref_a.jsonl").unlink()
    board.registry.refresh()
    assert columns(board, "ref_reward") == [(2.0,)]


def test_prompts_response_and_score_alone_are_rollouts(log: Path, start: Start, write_rows: Write) -> None:
    rows = [{"prompt": "p", "response": "r", "score": 1.0}]
    write_rows(log / "alone" / "x.jsonl", rows)
    write_rows(log / "lonely" / "ref.jsonl", [reference(0)])
    board = start()
    assert [(found.run, found.samples) for found in board.runs().runs] == [("alone", 1)]
    assert [found.file for found in board.runs().ignored] == ["lonely/ref.jsonl"]
    assert "reference answers" in board.runs().ignored[0].reason
    write_rows(log / "lonely" / "x.jsonl", rollouts([1], 1))
    board.registry.refresh()
    assert not board.runs().ignored
    assert columns(board, "ref_reward", run="lonely") == [(0.25,)]


def test_conversations_as_prompts_match(log: Path, start: Start, write_rows: Write) -> None:
    chat = [{"role": "system", "content": "算"}, {"role": "user", "content": "1+1?"}]
    write_rows(log / "x.jsonl", [{"step": 1, "prompt": chat, "response": "2", "reward": 1.0}])
    write_rows(log / "ref.jsonl", [{"prompt": chat, "ref_response": "3", "ref_reward": 0.0}])
    assert columns(start(), "ref_response", "reward_gap") == [("3", 1.0)]


def test_a_restart_joins_kept_parts_and_shows_no_old_numbers(
    log: Path, start: Start, write_rows: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(service, "_SAVE_EVERY", 0.0)
    write_rows(log / "a.jsonl", rollouts())
    write_rows(log / "ref.jsonl", [reference(0)])
    first = start()
    assert curves(first) == pytest.approx([-0.1] * 3)
    first.registry.stop()
    second = start()
    assert curves(second) == pytest.approx([-0.1] * 3)
    assert described(second).joined[0].matched == 6
    second.registry.stop()
    (log / "ref.jsonl").unlink()
    third = start()
    assert "reward_gap" not in third.steps(Selection(".")).metrics
    assert "win" not in third.steps(Selection(".")).step_metrics
    third.registry.stop()
    write_rows(log / "ref.jsonl", [reference(1)])
    fourth = start()
    assert columns(fourth, "ref_reward", step=0) == [(None,), (0.25,), (None,)] * 2
    assert curves(fourth) == pytest.approx([0.0] * 3)
    fourth.registry.stop()
    (log / "ref.jsonl").unlink()
    assert "reward_gap" not in start().steps(Selection(".")).metrics


def test_small_pieces_give_the_same(
    log: Path, start: Start, write_rows: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(joined_run, "BATCH", 7)
    monkeypatch.setattr(joined_files, "RANGE", 100)
    write_rows(log / "a.jsonl", rollouts(range(10)))
    write_rows(log / "ref.jsonl", [reference(i) for i in range(3)] + [reference(i) for i in range(10, 40)])
    board = start()
    assert columns(board, "ref_response", "ref_reward") == [(f"参考{i % 3}", 0.25) for i in range(60)]
    assert described(board).joined[0].matched == 60
    append(log / "ref.jsonl", [reference(i) for i in range(40, 60)])
    append(log / "a.jsonl", rollouts([10]))
    board.registry.refresh()
    assert described(board).joined[0].matched == 66
    assert len(columns(board, "line")) == 66


def test_a_hundred_thousand_scores(log: Path, start: Start, write_rows: Write) -> None:
    count = 100_000
    write_rows(
        log / "a.jsonl",
        (
            f'{{"step": {i // 1000}, "prompt": "p{i % 997}", "response": "r{i}", "reward": 0.5}}'
            for i in range(count)
        ),
    )
    write_rows(
        log / "s.jsonl",
        (f'{{"prompt": "p{i % 997}", "response": "r{i}", "rm": {i % 10}}}' for i in range(0, count, 2)),
    )
    board = start()
    assert described(board).joined == [Joined("scores", "s.jsonl", count // 2, count // 2, ("rm",))]
    assert curves(board, "rm") == [4.0] * 100


def test_what_does_not_fit_into_memory_is_joined_in_smaller_pieces(
    log: Path, start: Start, write_rows: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(joined_run, "BATCH", 16)
    monkeypatch.setattr(joined_run, "_LEAST", 2)
    replace, fails = joined_run.RunJoins._replace, [True]

    def sometimes(self: joined_run.RunJoins, *of: Any) -> Any:
        found = replace(self, *of)
        if fails and fails.pop(0):
            raise duckdb.OutOfMemoryException("no room")
        return found

    write_rows(log / "a.jsonl", rollouts(range(6)))
    write_rows(log / "ref.jsonl", [reference(0)])
    with monkeypatch.context() as patch:
        patch.setattr(joined_run.RunJoins, "_replace", sometimes)
        board = start()
        assert columns(board, "ref_reward", step=5) == [(0.25,), (None,), (None,)] * 2
        fails.append(True)
        append(log / "ref.jsonl", [reference(1)])
        board.registry.refresh()
        assert problems(board) == [("ref.jsonl", None, "not_joined")]  # there is no smaller piece
    append(log / "a.jsonl", rollouts([6]))
    board.registry.refresh()
    assert columns(board, "ref_reward") == [(0.25,), (0.25,), (None,)] * 14
    assert described(board).samples == 42
    assert problems(board) == []


def test_a_join_that_fails_does_not_end_the_indexing(
    log: Path, start: Start, write_rows: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_rows(log / "a.jsonl", rollouts())
    write_rows(log / "ref.jsonl", [reference(0)])
    with monkeypatch.context() as patch:
        patch.setattr(joined_run.RunJoins, "_replace", lambda *_: 1 / 0)
        board = start()
        assert described(board).samples == 18
        assert not board.registry.failure
        assert problems(board) == [("ref.jsonl", None, "not_joined")]
    append(log / "a.jsonl", rollouts([3]))
    board.registry.refresh()
    assert columns(board, "ref_reward", step=0) == [(0.25,), (None,), (None,)] * 2
    assert problems(board) == []
