"""What settings beside the rollouts do to their rows: discounts of the derived metrics, steps and splits of a path."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import pytest

from tensorboard_plugin_rlboard.board.board import Board
from tensorboard_plugin_rlboard.board.samples.question import SampleQuestion, SamplesQuestion
from tensorboard_plugin_rlboard.board.selection import Selection
from tensorboard_plugin_rlboard.index.detect.discounts import Discounts
from tensorboard_plugin_rlboard.index.registry import Registry
from tensorboard_plugin_rlboard.index.update.background import BackgroundIndexer
from tensorboard_plugin_rlboard.sources.discovery.logdir import Root, parse_roots
from tensorboard_plugin_rlboard.texts import TextRules
from tensorboard_plugin_rlboard.training.settings.toml_lookup import SettingsFinder

Write = Callable[[Path, Iterable[Any]], Path]
ROW = {"step": 1, "response": "a b", "response_tokens": ["a", " b"], "token_rewards": [0.0, 1.0]}


def sums(folder: Path, run: str) -> list[Any]:
    """The discounted reward of each sample, read from the beginning."""
    indexer = BackgroundIndexer(Registry(parse_roots(str(folder), "")), 0)
    try:
        indexer.index_now()
        board = Board(indexer)
        found = board.samples(SamplesQuestion(Selection(run), TextRules(), limit=10)).columns["id"]
        return [
            board.sample(SampleQuestion(run, str(name), TextRules())).scalars["return_to_go_sum"]
            for name in found
        ]
    finally:
        indexer.stop()


@pytest.mark.parametrize(
    ("file", "content"),
    [
        ("run/config.json", {"algorithm": {"gamma": 0.5}}),
        ("run/rollouts.config.json", {"config": {"gamma": 0.5}}),
        ("args.json", {"discount": "0.5"}),
    ],
)
def test_the_discount_may_stand_beside_the_rollouts(
    tmp_path: Path, write_rows: Write, file: str, content: dict[str, Any]
) -> None:
    write_rows(tmp_path / "run" / "a.jsonl", [ROW])
    assert sums(tmp_path, "run") == [2.0]
    (tmp_path / file).write_text(json.dumps(content), encoding="utf-8")
    assert sums(tmp_path, "run") == [1.5]
    (tmp_path / "run" / "rlboard.toml").write_text("[config]\ngamma = 0.25", encoding="utf-8")
    assert sums(tmp_path, "run") == [1.25]


@pytest.mark.parametrize(
    ("said", "options"),
    [
        ({"gamma": 0.5, "lam": 0.9}, {"gamma": "0.5", "lam": "0.9"}),
        ({"gamma": 1, "lam": 1.0}, {"gamma": "", "lam": ""}),
        ({"gamma": 0}, {"gamma": "0.0", "lam": ""}),
        ({"gamma": 2, "lam": -1}, {"gamma": "", "lam": ""}),
        ({"gamma": "high", "lam": True}, {"gamma": "", "lam": ""}),
        ({"beta": 1}, {"gamma": "", "lam": ""}),
    ],
)
def test_only_a_number_from_0_to_1_is_a_discount(
    tmp_path: Path, said: dict[str, Any], options: dict[str, str]
) -> None:
    found = [Root("", str(tmp_path))]
    (tmp_path / "config.json").write_text(json.dumps({"learning_rate": 1, **said}), encoding="utf-8")
    assert Discounts(found, SettingsFinder(found)).of(str(tmp_path)) == options


def test_nothing_is_known_behind_an_address() -> None:
    found = [Root("", "s3://bucket/logs")]
    assert Discounts(found, SettingsFinder(found)).of("s3://bucket/logs/a") == {"gamma": "", "lam": ""}


def test_a_folder_is_looked_at_now_and_then(tmp_path: Path) -> None:
    found = [Root("", str(tmp_path))]
    slow, fast = (Discounts(found, SettingsFinder(found, seconds=seconds)) for seconds in (60.0, 0.0))
    assert slow.of(str(tmp_path)) == fast.of(str(tmp_path)) == {"gamma": "", "lam": ""}
    (tmp_path / "config.json").write_text('{"gamma": 0.5}', encoding="utf-8")
    assert slow.of(str(tmp_path))["gamma"] == ""
    assert fast.of(str(tmp_path))["gamma"] == "0.5"


def test_steps_and_splits_of_a_path_need_no_mapping_of_keys(tmp_path: Path, write_rows: Write) -> None:
    row = {"prompt": "p", "response": "r", "reward": 1.0}
    write_rows(tmp_path / "run" / "step_12.jsonl", [row])
    write_rows(tmp_path / "run" / "other_13.txt.jsonl", [row])
    toml = "[mapping]\nfiles = 'step_*.jsonl'\nstep_from = 'step_([0-9]+)'\nsplit = 'eval'"
    (tmp_path / "run" / "rlboard.toml").write_text(toml, encoding="utf-8")
    indexer = BackgroundIndexer(Registry(parse_roots(str(tmp_path), "")), 0)
    indexer.index_now()
    try:
        info = Board(indexer).runs().runs[0]
        assert sorted(info.splits) == ["eval", "train"]
        assert info.steps.last == 12
        assert info.formats == ["native"]
    finally:
        indexer.stop()


def test_a_mapping_that_does_not_fit_is_said_with_the_reason(tmp_path: Path, write_rows: Write) -> None:
    write_rows(tmp_path / "run" / "a.jsonl", [{"lhs": "p", "rhs": "r", "good": 1.0}])
    (tmp_path / "run" / "rlboard.toml").write_text('[mapping]\nresponse = "output"', encoding="utf-8")
    indexer = BackgroundIndexer(Registry(parse_roots(str(tmp_path), "")), 0)
    indexer.index_now()
    try:
        (ignored,) = Board(indexer).runs().ignored
        assert ignored.file == "run/a.jsonl"
        assert (
            "looks for the response under output; the first row has the keys good, lhs, rhs."
            in ignored.reason
        )
        assert "It has no text of a response" in ignored.reason
    finally:
        indexer.stop()
