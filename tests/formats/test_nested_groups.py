"""Rows that hold several groups: a list of groups, or lists in lists."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from answers import columns, ignored
from understood import Row, read, understood, written

from tensorboard_plugin_rlboard.board.board import Board
from tensorboard_plugin_rlboard.formats.base import LineContext
from tensorboard_plugin_rlboard.formats.generic.key_mapping import mapping_format
from tensorboard_plugin_rlboard.formats.generic.nested_groups import path_from_row, path_within_group
from tensorboard_plugin_rlboard.formats.mapping import KeyMapping

Open = Callable[[Path], Board]
PRIMES, SUMS = "Name a prime number.", "What is 2 + 2?"
REWARDS = [[1.0, 0.0], [0.5, 0.0]]
WRITTEN = [(PRIMES, "7", 1.0), (PRIMES, "8", 0.0), (SUMS, "four", 0.5), (SUMS, "five", 0.0)]
MEANS = [0.5, 0.5, 0.25, 0.25]
"""(1 + 0) / 2 and (0.5 + 0) / 2."""


def group(prompt: str, response: str, reward: str, **more: Any) -> Row:
    """A group with parallel lists."""
    samples = [(text, score) for asked, text, score in WRITTEN if asked == prompt]
    return {
        "question": prompt,
        response: [text for text, _ in samples],
        reward: [score for _, score in samples],
        **more,
    }


def members(question: str, **more: Any) -> list[Row]:
    """A group as a list of its samples."""
    return [{"output": text, "score": score, **more} for asked, text, score in WRITTEN if asked == question]


ROWS: dict[str, Row] = {
    "parallel lists in a list of groups": {
        "groups": [group(PRIMES, "answers", "rewards"), group(SUMS, "answers", "rewards")]
    },
    "a batch within an object": {
        "batch": {"query": [PRIMES, SUMS], "outputs": [["7", "8"], ["four", "five"]], "scores": REWARDS}
    },
    "rollouts in a list of groups": {
        "groups": [{"prompt": asked, "rollouts": members(asked)} for asked in (PRIMES, SUMS)]
    },
    "lists of lists": {"rollouts": [members(asked, prompt=asked) for asked in (PRIMES, SUMS)]},
    "lists of lists beside prompts": {
        "prompts": [PRIMES, SUMS],
        "rollouts": [members(asked) for asked in (PRIMES, SUMS)],
    },
    "a batch": {
        "prompts": [PRIMES, SUMS],
        "completions": [["7", "8"], ["four", "five"]],
        "rewards": REWARDS,
    },
    "a batch of conversations": {
        "prompts": [PRIMES, SUMS],
        "completions": [
            [[{"role": "assistant", "content": text}] for asked, text, _ in WRITTEN if asked == prompt]
            for prompt in (PRIMES, SUMS)
        ],
        "rewards": REWARDS,
    },
}


@pytest.mark.parametrize("row", ROWS.values(), ids=ROWS)
def test_each_entry_is_a_group(row: Row, tmp_path: Path, open_board: Open) -> None:
    rows = [{"step": step, **row} for step in (1, 2, 3)]
    written(tmp_path / "a.jsonl", rows)
    board = open_board(tmp_path)
    assert ignored(board) == []
    assert columns(board, "step", "prompt", "response", "reward", "group_mean") == [
        (step, *sample, mean) for step in (1, 2, 3) for sample, mean in zip(WRITTEN, MEANS, strict=True)
    ]


@pytest.mark.parametrize("row", ROWS.values(), ids=ROWS)
def test_the_mapping_that_is_shown_opens_the_same_samples(row: Row, tmp_path: Path, open_board: Open) -> None:
    rows = [{"step": step, **row} for step in (1, 2)]
    for name in ("guessed", "mapped"):
        (tmp_path / name).mkdir()
        written(tmp_path / name / "a.jsonl", rows)
    guessed = open_board(tmp_path / "guessed")
    (tmp_path / "mapped" / "rlboard.toml").write_text(guessed.runs().runs[0].mapping_toml)
    mapped = open_board(tmp_path / "mapped")
    assert not mapped.runs().runs[0].mapping_guessed
    fields = ("step", "prompt", "response", "reward", "group_mean", "group_id")
    assert columns(mapped, *fields) == columns(guessed, *fields)


def test_a_document_and_its_line_are_read_alike(tmp_path: Path, open_board: Open) -> None:
    row = {"step": 1, **ROWS["parallel lists in a list of groups"]}
    (tmp_path / "a.json").write_text(json.dumps(row, indent=2))
    assert columns(open_board(tmp_path), "prompt", "response", "reward") == WRITTEN


def test_groups_of_one_row_that_are_equal_stay_apart(tmp_path: Path) -> None:
    rows = [{"step": 1, "prompts": ["q", "q"], "completions": [["a", "b"]] * 2, "rewards": REWARDS}]
    known = understood(written(tmp_path / "log.jsonl", rows))
    assert known.to_samples is not None
    ids = [sample["group_id"] for sample in known.to_samples(rows[0], LineContext()).rows]
    assert ids[0] == ids[1] != ids[2] == ids[3]


def test_what_a_group_has_beside_its_lists_stays_with_its_samples(tmp_path: Path) -> None:
    rows = [{"step": 1, "groups": [group(PRIMES, "answers", "rewards", level=3)] * 2}] * 2
    guessed = understood(written(tmp_path / "log.jsonl", rows))
    mapped = mapping_format(KeyMapping({"prompt": "groups[].question", "response": "groups[].answers[]"}))
    for known, key, value in ((guessed, "level", 3), (mapped, "groups", {"rewards": [1.0, 0.0], "level": 3})):
        assert known.to_samples is not None
        assert [sample[key] for sample in known.to_samples(rows[0], LineContext()).rows] == [value] * 4


BATCH = KeyMapping({"prompt": "prompts[]", "response": "completions[][]", "reward": "rewards[][]"})


def test_lists_that_do_not_fit_are_left_out_and_said() -> None:
    to_samples = mapping_format(BATCH).to_samples
    assert to_samples is not None
    row = {"prompts": ["p"], "completions": [["a", "b"], ["c"]], "rewards": [[1.0], [0.5]]}
    found = to_samples(row, LineContext())
    assert [(one.get("prompt"), one["response"], one.get("reward")) for one in found.rows] == [
        (None, "a", None),
        (None, "b", None),
        (None, "c", 0.5),
    ]
    assert found.problems == [
        "prompts has 1 entry for 2 of completions; it is left out.",
        "rewards has 1 entry for 2 of completions; it is left out.",
    ]


def test_a_group_that_cannot_be_read_hides_no_other() -> None:
    to_samples = mapping_format(BATCH).to_samples
    assert to_samples is not None
    row = {"prompts": ["p", "q"], "completions": [None, ["a"]], "rewards": [None, [1.0]]}
    found = to_samples(row, LineContext())
    assert [(one["prompt"], one["response"], one["reward"]) for one in found.rows] == [("q", "a", 1.0)]
    assert found.problems == [
        "Group 1 of completions is left out: The line has no list under completions, so it has no sample."
    ]
    with pytest.raises(ValueError, match="no list under completions"):
        to_samples({"note": "x"}, LineContext())
    with pytest.raises(ValueError, match="100,002 samples"):
        to_samples({"prompts": ["p"] * 2, "completions": [["a"] * 50_001] * 2}, LineContext())
    with pytest.raises(ValueError, match="write a line for each"):
        to_samples({"note": "x" * 3_000_000, "completions": [["a"] * 50] * 2}, LineContext())


NO_GROUPS: dict[str, Row] = {
    "tokens": {
        "prompts": [PRIMES, SUMS],
        "completions": [["se", "ven"], ["fo", "u", "r"]],
        "rewards": [[0.0, 1.0], [0.0, 0.0, 0.5]],
    },
    "no rewards": {"prompts": [PRIMES, SUMS], "completions": [["7", "8"], ["four", "five"]]},
    "no prompt": {"rollouts": [members(PRIMES), members(SUMS)]},
    "questions to a paragraph": {
        "paragraphs": [
            {"context": "A text of it.", "qas": [{"question": "Q?", "answers": [{"text": "a", "start": 1}]}]}
        ]
    },
    "preferences": {"items": [{"prompt": PRIMES, "chosen": ["a", "b"], "rejected": ["c", "d"]}]},
}


@pytest.mark.parametrize("row", NO_GROUPS.values(), ids=NO_GROUPS)
def test_what_is_not_plainly_groups_is_not_opened_and_is_said(
    row: Row, tmp_path: Path, open_board: Open
) -> None:
    written(tmp_path / "rollouts.jsonl", [{"step": step, **row} for step in (1, 2, 3)])
    board = open_board(tmp_path)
    assert not board.runs().runs
    assert [name for name, _ in ignored(board)] == ["rollouts.jsonl"]


def test_turns_that_are_asked_something_else_each_are_no_group(tmp_path: Path, open_board: Open) -> None:
    turns = [{"prompt": f"room {at}", "response": f"go {at}", "reward": 0.5} for at in (1, 2)]
    written(tmp_path / "a.jsonl", [{"step": step, "rollouts": [turns, turns]} for step in (1, 2)])
    board = open_board(tmp_path)
    assert not board.runs().runs
    assert [name for name, _ in ignored(board)] == ["a.jsonl"]


@pytest.mark.parametrize(
    ("path", "inner"),
    [
        ("prompts[]", "prompts"),
        ("groups[].question", "groups.question"),
        ("groups[].a[] | groups[].b[]", "groups.a[] | groups.b[]"),
        ("groups[].a[] + groups[].b[] * 0.5", "groups.a[] + groups.b[] * 0.5"),
        ("groups[].text[] after groups[].question", "groups.text[] after groups.question"),
        ("step", "step"),
        ("groupsize", "groupsize"),
    ],
)
def test_paths_lead_into_a_group_and_back(path: str, inner: str) -> None:
    assert path_within_group(path) == inner
    assert path_from_row(inner, ["groups", "prompts"]) == path


def test_rollouts_that_have_lists_of_their_own_are_no_groups(tmp_path: Path) -> None:
    rollout = {"prompt": PRIMES, "response": "7", "reward": 1.0, "answers": ["7", "11"], "scores": [1.0, 1.0]}
    rows = [{"step": step, "rollouts": [rollout, rollout]} for step in (1, 2)]
    assert read(tmp_path, rows, "prompt", "response", "reward") == [(PRIMES, "7", 1.0)] * 4


def test_rows_with_one_group_are_read_as_before(tmp_path: Path) -> None:
    row = {"step": 1, **group(PRIMES, "answers", "rewards")}
    assert read(tmp_path, [row], "prompt", "response", "reward") == WRITTEN[:2]
