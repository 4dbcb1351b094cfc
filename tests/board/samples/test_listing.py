"""The table of samples: selected, sorted, paged."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import pytest
from listed_samples import RULES, listed, row

from tensorboard_plugin_rlboard.board.board import Board
from tensorboard_plugin_rlboard.board.samples import paging
from tensorboard_plugin_rlboard.board.samples.list_columns import PRESETS
from tensorboard_plugin_rlboard.board.samples.question import SamplesQuestion
from tensorboard_plugin_rlboard.board.selection import Selection
from tensorboard_plugin_rlboard.board.steps.question import StepsQuestion
from tensorboard_plugin_rlboard.errors import ArgumentError, UnknownError
from tensorboard_plugin_rlboard.texts import TextRules

Open = Callable[[Path], Board]


Write = Callable[[Path, Iterable[Any]], Path]


def lines(board: Board, **arguments: Any) -> list[int]:
    return [int(line) for line in listed(board, **arguments)["line"]]


def test_every_listed_metric_can_be_sorted_by_both_ways(board: Board) -> None:
    """Ascending and descending; what is not finite comes after what is, and what is missing last, both ways."""
    names = [metric.name for metric in board.runs().runs[0].metrics]
    assert {"reward", "k3_mean", "log_ratio_sum", "advantage", "logprobs_argmax", "group_rank"} <= set(names)
    for name in names:
        orders = {}
        for order in ("asc", "desc"):
            column = listed(board, columns=[name], sort=name, order=order)[name]
            kinds = [2 if x is None else 1 if not math.isfinite(x) else 0 for x in column]
            assert kinds == sorted(kinds), (name, order, column)
            orders[order] = [x for x, kind in zip(column, kinds, strict=True) if kind == 0]
        assert orders["asc"] == sorted(orders["asc"]), name
        assert orders["desc"] == sorted(orders["desc"], reverse=True), name


def test_sorting_by_a_text_column(board: Board) -> None:
    assert listed(board, columns=["note"], sort="note")["note"][:3] == ["a", "b", "c"]
    assert listed(board, columns=["note"], sort="note", order="desc")["note"][:3] == ["c", "b", "a"]


def test_default_order_is_the_order_of_logging(board: Board) -> None:
    assert lines(board) == [1, 2, 3, 4, 5, 6, 7, 8]
    assert lines(board, order="desc") == [8, 7, 6, 5, 4, 3, 2, 1]


def test_ties_are_as_logged(board: Board) -> None:
    assert lines(board, sort="n_chars", order="asc")[0] == 7
    assert lines(board, sort="step", order="desc") == [5, 6, 7, 8, 1, 2, 3, 4]


def test_pages_do_not_overlap(board: Board) -> None:
    found = []
    for offset in range(0, 9, 3):
        page = board.samples(
            SamplesQuestion(
                Selection("."), RULES, columns=("line",), sort="reward", order="desc", offset=offset, limit=3
            )
        )
        assert page.total == 8
        found += list(page.columns["line"])
    assert found == lines(board, sort="reward", order="desc")
    beyond = board.samples(SamplesQuestion(Selection("."), RULES, offset=100))
    assert (beyond.total, list(beyond.columns["id"])) == (8, [])


@pytest.mark.parametrize("preset", [name for name, (metric, _) in PRESETS.items() if metric])
def test_presets_are_sorts(board: Board, preset: str) -> None:
    found = listed(board, preset=preset, columns=["line", "reward", "log_ratio_mean", "ref_prob_mean"])
    name, order = PRESETS[preset]
    column = [x for x in found[name] if x is not None and math.isfinite(x)]
    column = [abs(x) for x in column] if preset == "smallest_kl" else column
    assert column == sorted(column, reverse=order == "desc")
    assert len(column) >= 1


def test_presets_show_what_they_say(board: Board) -> None:
    assert lines(board, preset="best")[:2] == [1, 8]
    assert lines(board, preset="worst")[:2] == [5, 2]
    assert lines(board, preset="largest_kl")[0] == 1
    assert lines(board, preset="most_negative_kl")[0] == 5
    assert set(lines(board, preset="smallest_kl")[:2]) == {3, 8}
    # The lowest quarter of the finite rewards -1, 0, 0.5, 1 ends below 0; -Infinity is lower still, NaN is nowhere.
    assert lines(board, preset="suspect_reference") == [5, 6]


def test_repeated_responses_come_first(tmp_path: Path, open_board: Open, write_rows: Write) -> None:
    """Line 2, 4 and 6 say the same to one prompt; 1 and 5 to another; 7 says it at another step, 8 has no response."""
    said = [
        (1, "q", "x"),
        (1, "p", "y"),
        (1, "p", "z"),
        (1, "p", "y"),
        (1, "q", "x"),
        (1, "p", "y"),
        (2, "p", "y"),
    ]
    rows: list[Any] = [{"step": step, "prompt": prompt, "response": text} for step, prompt, text in said]
    write_rows(tmp_path / "a.jsonl", [*rows, {"step": 2, "prompt": "p", "reward": 1.0}])
    board = open_board(tmp_path)
    found = lines(board, preset="repeated")
    assert found[:5] == [2, 4, 6, 1, 5]
    assert set(found[5:7]) == {3, 7}
    assert found[7:] == [8]


def test_random_is_a_reproducible_shuffle(board: Board) -> None:
    first = lines(board, preset="random", seed=3)
    assert sorted(first) == [1, 2, 3, 4, 5, 6, 7, 8]
    assert lines(board, preset="random", seed=3) == first
    others = {tuple(lines(board, preset="random", seed=seed)) for seed in (-1, 0, 1, 2, 2**62)}
    assert len(others) > 1


def test_advantage_is_that_of_grpo(board: Board) -> None:
    """(r - mean) / (population std + 1e-6) over the finite rewards of the prompt's group at its step."""
    found = listed(board, columns=["group_mean", "group_std", "group_rank", "advantage"])
    assert found["group_mean"][:2] == [0.5, 0.5]
    assert found["group_std"][:2] == [0.5, 0.5]
    assert found["group_rank"][:2] == [1.0, 2.0]
    assert found["advantage"][:2] == pytest.approx([0.5 / (0.5 + 1e-6), -0.5 / (0.5 + 1e-6)])
    assert found["advantage"][2:4] == [None, None], "NaN and Infinity are in no group's mean"
    assert found["advantage"][7] is None, "a group of one"


def test_samples_without_prompt_and_group_are_in_no_group(
    tmp_path: Path, open_board: Open, write_rows: Write
) -> None:
    write_rows(
        tmp_path / "a.jsonl", [{"step": 1, "response": x, "reward": r} for x, r in (("a", 0), ("b", 1))]
    )
    board = open_board(tmp_path)
    found = listed(board, columns=["reward", "advantage", "group_rank"])
    assert found["advantage"] == [None, None]
    assert found["group_rank"] == [None, None]
    table = board.steps(StepsQuestion(Selection("."))).step_metrics
    assert not {"zero_advantage_groups", "duplicate_share"} & set(table)


def test_selection_by_step_prompt_and_group(board: Board) -> None:
    assert lines(board, chosen=Selection(".", step=2)) == [5, 6, 7, 8]
    assert lines(board, chosen=Selection(".", step_min=2)) == [5, 6, 7, 8]
    assert lines(board, chosen=Selection(".", step_max=1)) == [1, 2, 3, 4]
    assert lines(board, chosen=Selection(".", step_min=2, step_max=1)) == []
    key = str(listed(board, columns=["prompt_key"])["prompt_key"][0])
    assert lines(board, chosen=Selection(".", prompt_key=key)) == [1, 2, 5, 6]
    assert lines(board, chosen=Selection(".", group=key, step=1)) == [1, 2]
    assert lines(board, chosen=Selection(".", split="eval")) == []


def test_text_rules_are_applied_before_texts_are_cut(
    tmp_path: Path, open_board: Open, write_rows: Write
) -> None:
    prompt = "system" * 100 + "<end>" + "question"
    write_rows(tmp_path / "a.jsonl", [row(1, prompt, "~~" + "r" * 290 + "~~" * 50, 1.0)])
    board = open_board(tmp_path)
    rules = TextRules(("~~",), "<end>")
    found = board.samples(SamplesQuestion(Selection("."), rules, columns=("prompt", "response"))).columns
    assert found["prompt"] == ["question"]
    assert found["response"] == ["r" * 290]


def test_questions_before_one_instruction_are_told_apart(
    tmp_path: Path, open_board: Open, write_rows: Write
) -> None:
    asked = [f"{what}? {'Think first. ' * 30}" for what in ("Why", "When")]
    rows = [row(1, prompt, "r", 1.0) for prompt in (*asked, asked[0], "")]
    rows[-1]["prompt"] = None
    write_rows(tmp_path / "a.jsonl", rows)
    found = listed(open_board(tmp_path), columns=["prompt"])["prompt"]
    assert found == [f"{asked[0][:299]}…", f"{asked[1][:299]}…", f"{asked[0][:299]}…", None]


def test_columns_are_those_asked_for(board: Board) -> None:
    found = listed(board, columns=["reward", "id", "step", "note", "reward"])
    assert list(found) == ["id", "step", "reward", "note"]
    for name in ("nope", "file", "m:reward", "reward FROM run_0 --", "REWARD", ""):
        with pytest.raises(ArgumentError, match="not a column"):
            listed(board, columns=[name])


def test_unknown_run_and_words_are_errors(board: Board) -> None:
    with pytest.raises(UnknownError, match="no run x"):
        listed(board, chosen=Selection("x"))
    for arguments in ({"order": "up"}, {"preset": "x"}, {"sort": "x"}, {"limit": 0}, {"offset": -1}):
        with pytest.raises(ArgumentError):
            board.samples(SamplesQuestion(Selection("."), RULES, **arguments))


def test_preset_that_the_run_has_no_numbers_for(tmp_path: Path, open_board: Open, write_rows: Write) -> None:
    write_rows(tmp_path / "a.jsonl", [{"step": 1, "response": "a"}])
    board = open_board(tmp_path)
    for preset in ("largest_kl", "suspect_reference"):
        with pytest.raises(ArgumentError, match="not a column"):
            listed(board, preset=preset)
    assert lines(board, preset="random") == [1]
    assert lines(board, preset="best") == [1], "without a reward the order is that of logging"


def test_long_lists_are_in_the_order_of_short_ones(board: Board, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where there are many rows, the finite ones are looked for alone, as long as they fill the page."""
    wanted = {order: lines(board, sort="reward", order=order) for order in ("asc", "desc")}
    monkeypatch.setattr(paging, "_MIN_LARGE_LIST", 0)
    for order, expected in wanted.items():
        assert lines(board, sort="reward", order=order) == expected
        for limit in (1, 3, 4, 5):
            found: list[int] = []
            for offset in range(0, 8, limit):
                page = board.samples(
                    SamplesQuestion(
                        Selection("."),
                        RULES,
                        columns=("line",),
                        sort="reward",
                        order=order,
                        offset=offset,
                        limit=limit,
                    )
                )
                found += [int(str(line)) for line in page.columns["line"]]
            assert found == expected
