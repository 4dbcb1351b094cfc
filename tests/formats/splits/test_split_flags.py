"""Flags and words of any name that say which rows are held out: all of them are read, and none that means something else."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from answers import columns, ids, ignored
from rollout_log import opened
from understood import Row, written

from tensorboard_plugin_rlboard.board.board import Board
from tensorboard_plugin_rlboard.board.samples.question import SampleQuestion
from tensorboard_plugin_rlboard.formats.guessing.guess import guess_mapping

HELD_OUT = (
    *(
        "is_eval",
        "validate",
        "isVal",
        "held_out",
        "is_holdout",
        "eval_mode",
        "in_eval",
        "is_test",
        "validation_sample",
    ),
    *("是否验证", "是否评测", "is_valid_set", "eval"),
)
TRAINING = ("is_train", "training", "isTrain", "is_train_sample", "是否训练")
WORDS = {
    "phase": ("train", "validation"),
    "set": ("train", "val"),
    "loop": ("rollout", "eval"),
    "which": ("training", "test"),
}
DATA = {"dataset": ("gsm8k_train", "gsm8k_test"), "data_source": ("math/train", "math/dev")}
SPELT: dict[str, tuple[object, object]] = {
    "truth": (False, True),
    "number": (0, 1),
    "text": ("false", "True"),
    "words": ("否", "是"),
}


def _rows(key: str, values: tuple[object, object], response: str) -> list[Row]:
    """Two samples of the training with the first value, and two of an evaluation, with prompts of its own."""
    return [
        {"step": 1, "prompt": f"prompt {n // 2}", response: f"so {n}", "score": n % 2, key: values[n // 2]}
        for n in range(4)
    ]


LOGS: dict[str, list[Row]] = {}
for _response in ("response", "output"):
    for _spelt, (_no, _yes) in SPELT.items():
        LOGS |= {f"{_response}-{_spelt}-{key}": _rows(key, (_no, _yes), _response) for key in HELD_OUT}
        LOGS |= {f"{_response}-{_spelt}-not-{key}": _rows(key, (_yes, _no), _response) for key in TRAINING}
    LOGS |= {f"{_response}-{key}": _rows(key, values, _response) for key, values in (WORDS | DATA).items()}
LOGS["late"] = [*_rows("x", (1, 1), "output")[:2] * 30, *_rows("is_train", (True, False), "output")]
TAGS: dict[str, tuple[object, object]] = {
    "tags": (["train"], ["eval"]),
    "labels": (["math"], ["math", "val"]),
    "metadata": ({"tags": ["math"]}, {"tags": ["held-out", "math"]}),
    "categories": ("math, algebra", "math, validation"),
    "tag": ('["math", "train"]', '["math", "test"]'),
    "type": ("rollout", "eval"),
    "flags": (["split:train", "hard"], ["split:val", "hard"]),
    "标签": (["数学"], ["数学", "验证"]),
}
for _key, _values in TAGS.items():
    _tagged = _rows(_key, _values, "response")
    LOGS |= {f"tags-{_key}": _tagged, f"late-{_key}": [*_tagged[:2] * 30, *_tagged[2:], *_tagged[:2] * 30]}
del LOGS["late-metadata"]  # what is nested is looked at in the rows that tell the mapping
LOGS["prefix"] = [
    {
        f"{split}/{name}": value
        for name, value in (("step", 1), ("prompt", "p"), ("response", f"so {n}"), ("score", n % 2))
    }
    for n, split in enumerate(("train", "train", "val", "val"))
]
LOGS["a word among them"] = [
    *_rows("is_eval", (False, True), "output"),
    {"step": 1, "prompt": "p", "output": "so 9", "score": 0, "is_eval": "unknown"},
]
LOGS["nested"] = [
    row | {"metadata": {"is_train": n < 2}} for n, row in enumerate(_rows("x", (1, 1), "output"))
]
LOGS["of_each"] = [
    {
        "step": 1,
        "question": "why?",
        "rollouts": [{"completion": f"so {n}", "score": n % 2, "is_eval": n > 1} for n in range(4)],
    }
]


@pytest.fixture(scope="module")
def board(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Board]:
    root = tmp_path_factory.mktemp("flags")
    for number, rows in enumerate(LOGS.values()):
        (root / str(number)).mkdir()
        written(root / str(number) / "log.jsonl", rows)
    yield from opened(root)


def test_every_flag_puts_its_rows_into_the_evaluation(board: Board) -> None:
    assert ignored(board) == []
    splits = {info.run: info.splits for info in board.runs().runs}
    wrong = []
    for number, name in enumerate(LOGS):
        run = str(number)
        answers = (
            [text for (text,) in columns(board, "response", run=run, split="eval")]
            if "eval" in splits[run]
            else []
        )
        if answers != ["so 2", "so 3"]:
            wrong.append((name, answers))
    assert not wrong


@pytest.mark.parametrize(
    ("key", "values"), [("eval", (0, 1)), ("test", (True, False)), ("evaluation", ("true", "false"))]
)
def test_a_flag_that_may_be_a_judgement_is_said(key: str, values: tuple[object, object]) -> None:
    rows = [
        {"step": 1, "prompt": "p", "output": f"so {n}", "score": n % 2, key: values[n % 2]} for n in range(4)
    ]
    guess = guess_mapping(rows)
    assert "validation" not in guess.keys
    assert guess.doubt.startswith(
        f"{key} was not taken as split: it may say as well how an answer was judged."
    )
    assert guess.alternatives["validation"] == (key,)


@pytest.mark.parametrize(
    ("key", "values"),
    [
        ("is_valid", (True, False)),
        ("train", (1, 2)),
        ("evaluated", (True, False)),
        ("trained", (0, 1)),
        ("mode", ("sample", "greedy")),
    ],
)
def test_what_says_something_else_is_no_split(key: str, values: tuple[object, object]) -> None:
    guess = guess_mapping(_rows(key, values, "output"))
    assert {"validation", "training", "split"}.isdisjoint(guess.keys)


@pytest.mark.parametrize(
    ("key", "values"),
    [
        ("tags", (["math"], ["unit", "test"])),
        ("tags", (["math"], ["python", "unit-test"])),
        ("tools", (["print"], ["eval"])),
        ("category", ("algebra", "evaluation")),
        ("tags", ("math", "how to do an evaluation of a sum")),
    ],
)
def test_tags_that_say_something_else_are_no_split(
    key: str, values: tuple[object, object], tmp_path: Path, open_board: Any
) -> None:
    written(tmp_path / "log.jsonl", _rows(key, values, "response"))
    (info,) = open_board(tmp_path).runs().runs
    assert info.splits == ["train"]


def test_kinds_of_which_one_may_be_an_evaluation_are_said(tmp_path: Path, open_board: Any) -> None:
    kinds = ["math", "code", "eval", "code", "math"]
    rows = [
        {"step": n, "prompt": f"p {n}", "response": f"so {n}", "reward": n, "type": kind}
        for n, kind in enumerate(kinds)
    ]
    written(tmp_path / "log.jsonl", rows)
    (info,) = open_board(tmp_path).runs().runs
    assert info.mapping_doubt.startswith(
        "type was not taken as split: beside eval it has code, which is no training."
    )
    assert info.mapping_alternatives["split"] == ("type",)
    (tmp_path / "rlboard.toml").write_text('[mapping]\nsplit = "type"\n')
    (info,) = open_board(tmp_path).runs().runs
    assert info.splits == ["train", "eval"]


def test_which_tags_say_the_split_is_said_and_further_tags_stay_visible(
    tmp_path: Path, open_board: Any
) -> None:
    rows = _rows("tags", (["math"], ["math", "val"]), "response")
    written(tmp_path / "log.jsonl", [row | {"labels": ["hard", "new"]} for row in rows])
    board: Board = open_board(tmp_path)
    (info,) = board.runs().runs
    assert info.mapping_sources["split"] == "tags (rows with val are eval)"
    told = ['["math", "val"]', '["hard", "new"]']
    assert columns(board, "logged.split", "labels", split="eval") == [tuple(told)] * 2
    found = board.sample(SampleQuestion(".", ids(board, split="eval")[0]))
    assert found.texts["labels"].raw == told[1]


@pytest.mark.parametrize("split", ["train", "eval"])
def test_the_split_of_an_rlboard_toml_is_that_of_all_rows(
    split: str, tmp_path: Path, open_board: Any
) -> None:
    rows = [
        row | {"split": "val" if n else "train"}
        for n, row in enumerate(_rows("is_eval", (False, True), "output"))
    ]
    written(tmp_path / "log.jsonl", rows)
    (tmp_path / "rlboard.toml").write_text(f'[mapping]\nsplit = "{split}"\n')
    (info,) = open_board(tmp_path).runs().runs
    assert info.splits == [split]
    assert info.mapping_sources["split"] == "rlboard.toml"


def test_samples_in_a_further_list_of_a_row_are_said() -> None:
    rows = [
        {
            "step": n,
            **{
                split: [{"prompt": "p", "response": f"{split} {n}", "reward": n}]
                for split in ("train", "eval")
            },
        }
        for n in range(3)
    ]
    assert guess_mapping(rows).doubt.startswith(
        "Not all samples are read: those of train were taken, and eval holds some"
    )
    for row in rows:
        row["eval"] = [{"accuracy": 0.5}]
    assert guess_mapping(rows).doubt == ""
