"""What the place of a file and the user's settings add to its format, also when they change while TensorBoard runs."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tensorboard_plugin_rlboard.board.board import Board
from tensorboard_plugin_rlboard.board.samples.question import SampleQuestion, SamplesQuestion, TokensQuestion
from tensorboard_plugin_rlboard.board.selection import Selection
from tensorboard_plugin_rlboard.formats.format_specs import from_spec
from tensorboard_plugin_rlboard.formats.registry import FORMATS
from tensorboard_plugin_rlboard.index.registry import Registry
from tensorboard_plugin_rlboard.index.update.background import BackgroundIndexer
from tensorboard_plugin_rlboard.sources.discovery.logdir import parse_roots
from tensorboard_plugin_rlboard.texts import TextRules
from tensorboard_plugin_rlboard.training.settings.toml_lookup import SettingsFinder

Write = Callable[[Path, Iterable[Any]], Path]
Open = Callable[[Path], Board]
RULES = TextRules()
STRANGE = [{"lhs": f"What is {n}?", "rhs": f"It is {n}.", "good": n / 4, "at": n} for n in range(4)]
MAPPING = '[mapping]\nprompt = "lhs"\nresponse = "rhs"\nreward = "good"\nstep = "at"\n'


@pytest.fixture
def open_board() -> Iterator[Open]:
    """As everywhere, but changed settings count at once."""
    opened: list[BackgroundIndexer] = []

    def make(folder: Path) -> Board:
        found = parse_roots(str(folder), "")
        opened.append(BackgroundIndexer(Registry(found, settings=SettingsFinder(found, seconds=0)), 0))
        opened[-1].index_now()
        return Board(opened[-1])

    yield make
    for indexer in opened:
        indexer.stop()


def only(board: Board, run: str, **where: Any) -> Any:
    found = board.samples(SamplesQuestion(Selection(run, **where), RULES, limit=500)).columns["id"]
    return [board.sample(SampleQuestion(run, str(name), RULES)) for name in found]


def areal(task: int, version: int) -> dict[str, Any]:
    return {
        "task_id": task, "sample_idx": 0, "seqlen": 5, "prompt_len": 2, "head_version": -1, "tail_version": version,
        "reward": 1.0, "prompt": "Q", "completion": "A",
    }  # fmt: skip


def test_a_mapping_that_does_not_fit_a_guessed_file_is_said_until_it_is_taken_away(
    tmp_path: Path, open_board: Open, write_rows: Write
) -> None:
    rows = [
        {"question": f"What is {n}?", "completion": f"It is {n}.", "score": n / 4, "n": n} for n in range(4)
    ]
    write_rows(tmp_path / "run" / "guessed.jsonl", rows)
    settings = tmp_path / "run" / "rlboard.toml"
    for wrong in ('reward = "n"', 'response = "anwser"'):
        settings.write_text(f"[mapping]\n{wrong}\n", encoding="utf-8")
        board = open_board(tmp_path)
        [info] = board.runs().runs
        assert "[mapping] looks for the response under" in info.mapping_doubt
        assert "So it does not count" in info.mapping_doubt
        assert [one.scalars["reward"] for one in only(board, "run")] == [0.0, 0.25, 0.5, 0.75]
        settings.unlink()
        board.indexer.index_now()
        assert "does not count" not in board.runs().runs[0].mapping_doubt


def test_a_mapping_that_is_saved_later_opens_the_file_and_a_changed_one_reads_it_anew(
    tmp_path: Path, open_board: Open, write_rows: Write
) -> None:
    write_rows(tmp_path / "run" / "strange.jsonl", STRANGE)
    board = open_board(tmp_path)
    assert not board.runs().runs
    assert [found.file for found in board.runs().ignored] == ["run/strange.jsonl"]
    settings = tmp_path / "run" / "rlboard.toml"
    settings.write_text(MAPPING, encoding="utf-8")
    board.indexer.index_now()
    assert [one.scalars["reward"] for one in only(board, "run")] == [0.0, 0.25, 0.5, 0.75]
    assert [one.step for one in only(board, "run")] == [0, 1, 2, 3]
    assert not board.runs().ignored
    settings.write_text(MAPPING.replace('"good"', '"at"'), encoding="utf-8")
    board.indexer.index_now()
    assert [one.scalars["reward"] for one in only(board, "run")] == [0, 1, 2, 3]


@pytest.mark.parametrize("place", [100, 400], ids=["at the end", "between the lines that are looked at"])
def test_a_mapping_is_not_judged_by_the_first_rows(
    place: int, tmp_path: Path, open_board: Open, write_rows: Write
) -> None:
    """Metrics before the rollouts say nothing of what the user has mapped; they are problems of their lines."""
    metrics = [{"seconds": n, "loss": 0.5} for n in range(place)]
    write_rows(tmp_path / "run" / "strange.jsonl", [*metrics, *STRANGE, *metrics[: place - 100]])
    (tmp_path / "run" / "rlboard.toml").write_text(MAPPING, encoding="utf-8")
    board = open_board(tmp_path)
    assert [one.scalars["reward"] for one in only(board, "run")] == [0.0, 0.25, 0.5, 0.75]
    assert board.runs().runs[0].problems == len(metrics) + place - 100


def test_a_mapping_that_fits_no_row_says_what_the_first_one_has(
    tmp_path: Path, open_board: Open, write_rows: Write
) -> None:
    write_rows(tmp_path / "run" / "strange.jsonl", [{"first": "a"}, {"second": "b"}])
    (tmp_path / "run" / "rlboard.toml").write_text(MAPPING, encoding="utf-8")
    (ignored,) = open_board(tmp_path).runs().ignored
    assert ignored.reason.startswith(
        "[mapping] looks for the response under rhs; the first row has the keys first."
    )


def test_a_mapping_that_does_not_fit_leaves_known_formats_alone(
    tmp_path: Path, open_board: Open, write_rows: Write
) -> None:
    """And does not read them anew at every look."""
    write_rows(tmp_path / "run" / "a.jsonl", [{"step": 1, "prompt": "p", "response": "r", "reward": 1.0}])
    (tmp_path / "run" / "rlboard.toml").write_text(MAPPING, encoding="utf-8")
    board = open_board(tmp_path)
    epoch = board.run("run").invalidations
    board.indexer.index_now()
    assert board.run("run").invalidations == epoch
    assert [info.formats for info in board.runs().runs] == [["native"]]


def test_discounts_of_the_settings_are_those_of_the_derived_metrics(
    tmp_path: Path, open_board: Open, write_rows: Write
) -> None:
    row = {
        "step": 1,
        "response": "a b c",
        "response_tokens": ["a", " b", " c"],
        "token_rewards": [0.0, 0.0, 1.0],
    }
    write_rows(tmp_path / "run" / "a.jsonl", [row])
    (tmp_path / "run" / "rlboard.toml").write_text("[config]\ngamma = 0.5\nlam = 0.9\n", encoding="utf-8")
    board = open_board(tmp_path)
    sample = only(board, "run")[0]
    assert (sample.gamma, sample.lam) == (0.5, 0.9)
    assert board.token_lists(TokensQuestion("run", sample.id))["return_to_go"] == [0.25, 0.5, 1.0]
    assert sample.scalars["return_to_go_sum"] == 1.75


def test_a_folder_for_each_step_is_one_run(tmp_path: Path, open_board: Open, write_rows: Write) -> None:
    trial = tmp_path / "logs" / "me" / "gsm8k" / "trial0"
    for version in range(3):
        write_rows(trial / "rollout" / str(version) / f"{version}.jsonl", [areal(version, version)])
    write_rows(trial / "eval-rollout" / "2" / "7.jsonl", [areal(7, 2)])
    board = open_board(tmp_path)
    assert [info.run for info in board.runs().runs] == ["logs/me/gsm8k/trial0"]
    assert [one.step for one in only(board, "logs/me/gsm8k/trial0", split="train")] == [0, 1, 2]
    assert [one.step for one in only(board, "logs/me/gsm8k/trial0", split="eval")] == [2]


@pytest.mark.parametrize(("below", "run"), [("", "."), ("rollout", "."), ("rollout/0", ".")])
def test_a_run_never_lies_above_the_log_directory(
    below: str, run: str, tmp_path: Path, open_board: Open, write_rows: Write
) -> None:
    write_rows(tmp_path / "trial0" / "rollout" / "0" / "1.jsonl", [areal(1, 0)])
    assert [info.run for info in open_board(tmp_path / "trial0" / below).runs().runs] == [run]


def test_a_run_above_its_files_keeps_the_name_of_its_root(tmp_path: Path, write_rows: Write) -> None:
    write_rows(tmp_path / "trial0" / "rollout" / "0" / "1.jsonl", [areal(1, 0)])
    indexer = BackgroundIndexer(Registry(parse_roots("", f"mine:{tmp_path / 'trial0'}")), 0)
    indexer.index_now()
    assert list(indexer.registry.runs) == ["mine/."]
    indexer.stop()


def test_parts_that_were_read_with_other_settings_are_not_recalled(tmp_path: Path, write_rows: Write) -> None:
    row = {"step": 1, "response": "a b", "response_tokens": ["a", " b"], "token_rewards": [0.0, 1.0]}
    write_rows(tmp_path / "logs" / "run" / "a.jsonl", [row])
    sums = []
    for gamma in ("1.0", "0.5", "0.5"):
        text = f"[config]\ngamma = {gamma}\n"
        (tmp_path / "logs" / "run" / "rlboard.toml").write_text(text, encoding="utf-8")
        indexer = BackgroundIndexer(Registry(parse_roots(str(tmp_path / "logs"), ""), tmp_path / "cache"), 0)
        indexer.index_now()
        board = Board(indexer)
        sums.append(only(board, "run")[0].scalars["return_to_go_sum"])
        indexer.stop()
    assert sums == [2.0, 1.5, 1.5]


def test_the_spec_of_a_format_is_all_that_its_rows_depend_on() -> None:
    for known in FORMATS:
        bound = known.with_options(step="3", split="eval", tokenizer="1:20", gamma="0.5")
        again = from_spec(bound.spec)
        assert (again.name, again.options) == (known.name, bound.options)
        assert again.spec == bound.spec
        assert json.dumps(dict(again.options))


def test_a_guess_is_shown_with_the_file_that_would_correct_it(
    tmp_path: Path, open_board: Open, write_rows: Write
) -> None:
    rows = [{"question": "What?", "answer": "It.", "score": 0.5, "iteration": 3, "who": "me"}]
    write_rows(tmp_path / "run" / "strange.jsonl", rows)
    board = open_board(tmp_path)
    info = board.runs().runs[0]
    assert (info.formats, info.mapping_guessed) == (["mapping"], True)
    assert info.mapping == {
        "prompt": "question",
        "response": "answer",
        "reward": "score",
        "step": "iteration",
    }
    assert [one.step for one in only(board, "run")] == [3]
    (tmp_path / "run" / "rlboard.toml").write_text(info.mapping_toml, encoding="utf-8")
    board.indexer.index_now()
    said = board.runs().runs[0]
    assert (said.mapping, said.mapping_guessed) == (info.mapping, False)
    assert [one.step for one in only(board, "run")] == [3]


def test_what_of_the_settings_does_not_count_is_said(
    tmp_path: Path, open_board: Open, write_rows: Write
) -> None:
    write_rows(tmp_path / "run" / "a.jsonl", [{"step": 1, "prompt": "p", "response": "r"}])
    (tmp_path / "run" / "rlboard.toml").write_text('[maping]\nprompt = "q"\n', encoding="utf-8")
    message = open_board(tmp_path).runs().runs[0].message
    assert "rlboard.toml" in message
    assert "maping" in message
