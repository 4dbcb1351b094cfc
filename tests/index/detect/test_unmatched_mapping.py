"""An rlboard.toml that looks for what a log has not: it is said, with a remedy that works."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from answers import columns
from rollout_log import TestLog
from understood import Row, written

from tensorboard_plugin_rlboard.board.board import Board

MAPPED = {"prompt": "question", "response": "output", "reward": "score", "step": "step"}
REMEDY = re.compile(r"write (\w+) = (\"[^\"]*\"), or name the files")


def rows(**names: str) -> list[Row]:
    """Samples whose fields have other names, of a training and of an evaluation."""
    found = []
    for n in range(4):
        row = {"step": n // 2, "prompt": f"p {n // 2}", "response": f"so {n}", "reward": n % 2}
        found.append({names.get(key, MAPPED[key]): value for key, value in row.items()})
    return found


def toml(keys: dict[str, str]) -> str:
    return "[mapping]\n" + "".join(f"{name} = {json.dumps(path)}\n" for name, path in keys.items())


GROUPED: list[Row] = [
    {
        "step": 1,
        "prompt": f"p {n}",
        "rollouts": [{"response": f"so {n} {k}", "reward": k} for k in range(2)],
    }
    for n in range(3)
]
OWN: list[Row] = [
    row | {"score": None} for row in rows(prompt="prompt", response="response", reward="reward")
]
VAIN: dict[str, tuple[dict[str, str], list[Row], str]] = {
    "reward": (MAPPED, rows(reward="final_reward"), "final_reward"),
    "prompt": (MAPPED, rows(prompt="query"), "query"),
    "split": (
        MAPPED | {"split": "phase"},
        [row | {"mode": "val" if n else "train"} for n, row in enumerate(rows())],
        "mode",
    ),
    "native": ({"response": "response", "reward": "score"}, OWN, "reward"),
    "grouped": (
        {"prompt": "prompt", "response": "rollouts[].response", "reward": "rollouts[].score"},
        GROUPED,
        "rollouts[].reward",
    ),
}


@pytest.mark.parametrize("name", VAIN)
def test_what_is_looked_for_in_vain_is_said_and_the_remedy_finds_it(name: str, test_log: TestLog) -> None:
    keys, logged, other = VAIN[name]
    written(test_log.path("b/log.jsonl"), logged)
    settings = test_log.path("rlboard.toml")
    settings.write_text(toml(keys), encoding="utf-8")
    (info,) = test_log.open().runs().runs
    assert f"where no row that was looked at has anything. It may be {other} here" in info.mapping_doubt
    told = REMEDY.search(info.mapping_doubt)
    assert told
    settings.write_text(toml(keys | {told[1]: json.loads(told[2])}), encoding="utf-8")
    board = test_log.open()
    (info,) = board.runs().runs
    assert info.mapping_doubt == ""
    field = {"prompt": "prompt", "split": "response"}.get(name, "reward")
    split = "eval" if name == "split" else "train"
    assert None not in [value for (value,) in columns(board, field, run="b", split=split)]


def test_logs_that_have_it_and_fields_that_a_log_may_lack_are_not_spoken_of(test_log: TestLog) -> None:
    late = rows()
    del late[0]["score"], late[0]["question"]  # its first row is not the whole log
    written(test_log.path("a/log.jsonl"), late)
    keys = MAPPED | {"split": "phase", "group_id": "uid", "ground_truth": "answer"}
    test_log.path("rlboard.toml").write_text(toml(keys), encoding="utf-8")
    (info,) = test_log.open().runs().runs
    assert info.mapping_doubt == ""


def test_a_reward_that_nothing_may_be_is_said(test_log: TestLog) -> None:
    written(test_log.path("log.jsonl"), [{**row, "score": None} for row in rows()])
    test_log.path("rlboard.toml").write_text(toml(MAPPED), encoding="utf-8")
    (info,) = test_log.open().runs().runs
    assert info.mapping_doubt == (
        "[mapping] looks for the reward under score, where no row that was looked at has anything."
    )


def test_the_doubt_of_every_file_of_a_run_is_said(tmp_path: Path, open_board: Any) -> None:
    parts: list[Row] = [
        {"step": 5, "prompt": "p", "completion": f"so {n}", "rm_score": n / 3, "rule_score": n}
        for n in range(3)
    ]
    written(tmp_path / "a.jsonl", rows())
    written(tmp_path / "b.jsonl", parts)
    board: Board = open_board(tmp_path)
    (info,) = board.runs().runs
    assert info.mapping_sources["reward"] == "score"
    assert info.mapping_doubt.startswith(
        "Of the file b.jsonl: No reward was taken: rm_score, rule_score are parts of one"
    )
