"""Steps and splits that only the names of files and folders say: used where the rows say nothing, and said."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path, PurePosixPath
from typing import Any

import pytest
from rollout_log import opened

from tensorboard_plugin_rlboard.board.board import Board
from tensorboard_plugin_rlboard.board.samples.question import SamplesQuestion
from tensorboard_plugin_rlboard.board.selection import Selection
from tensorboard_plugin_rlboard.formats.rows.path_names import step_and_split_from_names, step_from_name
from tensorboard_plugin_rlboard.formats.split_flags import truth
from tensorboard_plugin_rlboard.formats.split_tags import normalised_split
from tensorboard_plugin_rlboard.formats.splits import split_from_name
from tensorboard_plugin_rlboard.texts import TextRules

Write = Callable[[Path, Iterable[Any]], Path]
Look = Callable[[], Board]
ROW = {"prompt": "q", "completion": "a", "reward": 1.0}


@pytest.mark.parametrize(
    ("name", "step"),
    [
        *(("step_10", 10), ("step10", 10), ("global_step_100", 100), ("iter0003", 3), ("iteration-7", 7)),
        *(("val_step10", 10), ("rollouts_step=5_rank0", 5), ("checkpoint-500", 500), ("epoch1_step20", 20)),
        *(("eval_iter_4.generations", 4), ("Step_8", 8), ("iter10_replay_buffer", 10)),
        *(("run_step_130_rank0", 130), ("token_step_7", 7), ("n_step_3", None)),
        *(("max_steps_100", None), ("max_step_100", None), ("num_steps_3", None), ("footstep3", None)),
        *(("step_by_step_1", None), ("step_by_step_step_4", 4), ("multi_step_2", None)),
        *(
            ("rank_0", None),
            ("10", None),
            ("step_", None),
            ("step_3b_model", None),
            ("step_1234567890123456", None),
        ),
    ],
)
def test_step_in_a_name(name: str, step: int | None) -> None:
    assert step_from_name(name) == step


@pytest.mark.parametrize(
    ("path", "step", "step_source", "split", "split_source", "levels"),
    [
        ("run/step_10.jsonl", 10, "file name", "", "", 0),
        ("run/global_step_100/eval.jsonl", 100, "folder name", "eval", "file name", 1),
        ("run/iter_3/train/dump.jsonl.gz", 3, "folder name", "train", "folder name", 2),
        ("run/iter_3/train/dump.jsonl.GZIP", 3, "folder name", "train", "folder name", 2),
        ("outputs/evals/dump.jsonl", None, "", "eval", "folder name", 0),
        ("outputs/evals/gsm8k--m/1f/results.jsonl", None, "", "eval", "folder name", 0),
        ("evals/a/b/c/results.jsonl", None, "", "", "", 0),
        ("eval_results/global_step_40/aime24/out.json", 40, "folder name", "eval", "folder name", 2),
        ("grpo-no-eval/step_4/aime24/out.json", 4, "folder name", "", "", 2),
        ("训练/评测/dump.jsonl", None, "", "eval", "folder name", 0),
        ("grpo-no-eval/dump.jsonl", None, "", "", "", 0),
        ("my-eval-harness/grpo/dump.jsonl", None, "", "", "", 0),
        ("eval_step_10/dump.jsonl", 10, "folder name", "eval", "folder name", 1),
        ("v1_validation_data_dir/dump.jsonl", None, "", "eval", "folder name", 0),
        ("validation_step_40/dump.jsonl", 40, "folder name", "eval", "folder name", 1),
        ("rollouts-iter-3/dump.jsonl", 3, "folder name", "", "", 1),
        ("it5/dump.jsonl", 5, "folder name", "", "", 1),
        ("step3-vl-10b/dump.jsonl", None, "", "", "", 0),
        ("Step-3.5-Flash/dump.jsonl", None, "", "", "", 0),
        ("eval/a/b/dump.jsonl", None, "", "", "", 0),
        ("exp_steps_1000_lr1/dump.jsonl", None, "", "", "", 0),
        ("my_step_5_run/dump.jsonl", None, "", "", "", 0),
        ("test/dump.jsonl", None, "", "", "", 0),
        ("media/table/completions_12_ab3f.table.json", 12, "file name", "", "", 0),
        ("media/table/val/top_10_200_0f3a.table.json", 200, "file name", "eval", "folder name", 0),
        ("media/table/completions_12.table.json.gz", 12, "file name", "", "", 0),
        ("media/table/completions.table.json", None, "", "", "", 0),
        ("rollouts/5.jsonl", None, "", "", "", 0),
        ("./train_rollouts.jsonl", None, "", "train", "file name", 0),
    ],
)
def test_facts_of_a_path(
    path: str, step: int | None, step_source: str, split: str, split_source: str, levels: int
) -> None:
    found = step_and_split_from_names(PurePosixPath(path))
    assert (found.step, found.step_source) == (step, step_source)
    assert (found.split, found.split_source, found.levels) == (split, split_source, levels)


@pytest.mark.parametrize(
    "word",
    [
        *(
            "eval",
            "val",
            "test",
            "dev",
            "validation",
            "eval/math500",
            "val-core/aime",
            "post_task_eval",
            "holdout",
        ),
        *("held-out", "heldout_set", "evalSet", "EVAL", "in_dist_test", "online_evaluation"),
    ],
)
def test_words_of_a_held_out_split(word: str) -> None:
    assert normalised_split(word) == "eval"


@pytest.mark.parametrize(
    "word", ["train", "math500", "", "evaluator_train", "medieval", "value", "latest", "developer"]
)
def test_other_words_stay_in_training(word: str) -> None:
    assert normalised_split(word) == "train"


def test_truth_values_of_a_held_out_row() -> None:
    assert [truth(flag) for flag in (True, 1, 1.0, "True", " true ", "yes", "是")] == [True] * 7
    assert [truth(flag) for flag in (False, 0, "False", "no", "否")] == [False] * 5
    assert [truth(flag) for flag in (None, 2, "maybe", "", [1], float("nan"))] == [None] * 6
    assert split_from_name("my_test_run") == ""


@pytest.fixture
def look(tmp_path: Path) -> Iterator[Look]:
    """Opens the log directory as it is by then."""
    boards: list[Iterator[Board]] = []

    def make() -> Board:
        boards.append(opened(tmp_path))
        return next(boards[-1])

    yield make
    for board in boards:
        next(board, None)


def columns(board: Board, run: str, *names: str, split: str = "train") -> list[tuple[Any, ...]]:
    question = SamplesQuestion(Selection(run, split=split), TextRules(), columns=names, limit=100)
    found = board.samples(question).columns
    return sorted(zip(*(found[name] for name in names), strict=True), key=str)


def test_names_speak_where_rows_do_not(tmp_path: Path, write_rows: Write, look: Look) -> None:
    write_rows(tmp_path / "run" / "train_step_10.jsonl", [ROW])
    write_rows(tmp_path / "run" / "eval_step_20.jsonl", [ROW])
    board = look()
    (info,) = board.runs().runs
    assert list(info.splits) == ["train", "eval"]
    assert columns(board, "run", "step") == [(10,)]
    assert columns(board, "run", "step", split="eval") == [(20,)]
    assert info.mapping_sources["step"] == "file name"
    assert info.mapping_sources["split"] == "file name"
    assert info.mapping_sources["response"] == "completion"


def test_rows_speak_before_names(tmp_path: Path, write_rows: Write, look: Look) -> None:
    """A first row without a step is none that says nothing: others have it."""
    rows = [ROW, {**ROW, "step": 3, "split": "train"}]
    write_rows(tmp_path / "run" / "eval_step_10.jsonl", rows)
    board = look()
    (info,) = board.runs().runs
    assert (list(info.splits), info.mapping_sources["step"]) == (["train", "eval"], "step")
    assert columns(board, "run", "step") == [(3,)]
    assert columns(board, "run", "step", split="eval") == [(0,)]


def test_folders_of_one_step_each_are_one_run(tmp_path: Path, write_rows: Write, look: Look) -> None:
    native = {"prompt": "q", "response": "a", "reward": 1.0}
    for step in (1, 2):
        write_rows(tmp_path / "run" / f"global_step_{step}" / "dump.jsonl", [native])
    board = look()
    (info,) = board.runs().runs
    assert (info.run, list(info.formats), info.mapping) == ("run", ["native"], None)
    assert columns(board, "run", "step") == [(1,), (2,)]
    assert info.mapping_sources == {"step": "folder name"}


def test_dumps_in_words_of_verl_are_named_by_their_step(
    tmp_path: Path, write_rows: Write, look: Look
) -> None:
    dump = {"input": "q", "output": "a", "score": 1.0}
    write_rows(tmp_path / "run" / "5.jsonl", [dump, dump])
    write_rows(tmp_path / "run" / "6.jsonl", [dump])
    write_rows(tmp_path / "ranks" / "0.jsonl", [ROW])
    write_rows(tmp_path / "stepped" / "7.jsonl", [{**dump, "global_step": 3}])
    write_rows(tmp_path / "folders" / "step_4" / "0.jsonl", [dump])
    board = look()
    assert columns(board, "run", "step") == [(5,), (5,), (6,)]
    assert [columns(board, run, "step") for run in ("ranks", "stepped", "folders")] == [
        [(0,)],
        [(3,)],
        [(4,)],
    ]
    sources = {info.run: info.mapping_sources.get("step") for info in board.runs().runs}
    assert sources == {"run": "file name", "ranks": None, "stepped": "global_step", "folders": "folder name"}


def test_settings_speak_before_names_and_it_is_said(tmp_path: Path, write_rows: Write, look: Look) -> None:
    write_rows(tmp_path / "run" / "eval_step_10_at_7.jsonl", [ROW])
    (tmp_path / "run" / "rlboard.toml").write_text(
        "[mapping]\nstep_from = 'at_([0-9]+)'\nsplit = 'train'\n", encoding="utf-8"
    )
    board = look()
    (info,) = board.runs().runs
    assert columns(board, "run", "step") == [(7,)]
    assert (info.mapping_sources["step"], info.mapping_sources["split"]) == ("rlboard.toml", "rlboard.toml")


def test_name_of_a_split_is_kept(tmp_path: Path, write_rows: Write, look: Look) -> None:
    rows = [{**ROW, "step": 1, "split": word} for word in ("eval/math500", "eval/aime", "math500", "train")]
    write_rows(tmp_path / "run" / "log.jsonl", rows)
    board = look()
    assert columns(board, "run", "logged.split", split="eval") == [("eval/aime",), ("eval/math500",)]
    assert columns(board, "run", "logged.split") == [("math500",), (None,)]


@pytest.mark.parametrize(
    ("file", "values", "steps"),
    [
        ("step_12.jsonl", {"iteration": [0, 0, 0, 0]}, {12}),
        ("step_12.jsonl", {"current_step": [0, 1, 2, 3]}, {12}),
        ("global_step_40/log.jsonl", {"rollout_step": [0, 1, 0, 1]}, {40}),
        ("step_12.jsonl", {"epoch": [0, 0, 0, 0]}, {12}),
        ("step_2.jsonl", {"iteration": [0, 1, 2, 0, 1, 2]}, {2}),
        ("step_1.jsonl", {"current_step": [1, 2, 1, 2]}, {1}),
        ("step_2.jsonl", {"rollout_step": [1, 2, 3, 4]}, {2}),
        ("step_2.jsonl", {"iteration": [2, 2, 2]}, {2}),
        ("iter_3.jsonl", {"iteration": [1, 1, 2, 3]}, {1, 2, 3}),
        ("iter_3.jsonl", {"iteration": [3, 3, 4, 5]}, {3, 4, 5}),
        ("iter_3.jsonl", {"global_step": [300, 300, 301, 301]}, {300, 301}),
        ("log.jsonl", {"iteration": [0, 0, 1, 1]}, {0, 1}),
    ],
)
@pytest.mark.parametrize("response", ["response", "output"])
def test_what_counts_within_a_step_gives_way_to_the_step_in_a_name(
    file: str,
    values: dict[str, list[int]],
    steps: set[int],
    response: str,
    tmp_path: Path,
    write_rows: Write,
    open_board: Callable[[Path], Board],
) -> None:
    ((key, numbers),) = values.items()
    rows = [{"prompt": f"q{i}", response: "a", "reward": 1.0, key: n} for i, n in enumerate(numbers)]
    write_rows(tmp_path / file, rows)
    board = open_board(tmp_path)
    (run,) = board.runs().runs
    found = board.samples(SamplesQuestion(Selection(run.run), TextRules(), limit=9)).columns["step"]
    assert set(found) == steps
    is_by_name = run.mapping_sources["step"] in {"file name", "folder name"}
    assert is_by_name == (key not in run.mapping_sources["step"])
    assert not is_by_name or run.mapping_alternatives["step"] == (key,)
    is_doubted = not is_by_name and run.mapping_sources["step"] != "global_step" and file != "log.jsonl"
    said = f"{key} was taken, step {file[5]} of the file's path would do as well" in run.mapping_doubt
    assert said == (is_doubted and len(set(numbers)) > 1)
