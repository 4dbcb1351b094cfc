"""The examples of docs/logging.md run as they stand, and the document names every option."""

from __future__ import annotations

import inspect
import json
import re
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from repository import ROOT

from tensorboard_plugin_rlboard.writer import RolloutWriter

TEXT = (ROOT / "docs" / "logging.md").read_text(encoding="utf-8")
SNIPPETS = re.findall(r"```python\n(.*?)```", TEXT, re.DOTALL)


def batch(step: int) -> SimpleNamespace:
    arrays = -np.ones((2, 3), np.float32)
    return SimpleNamespace(
        prompts=["p", "q"], responses=["r", "s"], rewards=np.ones(2) * step, logprobs=arrays
    )


def test_the_examples(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    one = batch(0)
    names: dict[str, object] = {
        "steps": 3, "train_one_step": batch, "prompts": one.prompts, "responses": one.responses,
        "tokenizer": SimpleNamespace(convert_ids_to_tokens=lambda ids: [f"t{x}" for x in ids]),
        "response_ids": [[1, 2], [3, 4, 5]], "logprobs": one.logprobs, "ref_logprobs": one.logprobs,
        "lengths": [2, 3], "group_ids": [0, 0], "rhyme_scores": [0.5, 1.0],
    }  # fmt: skip
    for snippet in SNIPPETS:
        exec(snippet, names)
        writer = names["writer"]
        assert isinstance(writer, RolloutWriter), "every example goes on with a writer"
        writer.flush()
        assert writer.dropped == 0
    if isinstance(writer, RolloutWriter):
        writer.close()
    rows = [
        json.loads(line) for line in (tmp_path / "runs/my_run/rollouts.rank_0.jsonl").read_text().splitlines()
    ]
    assert [row["step"] for row in rows] == [0, 0, 1, 1, 2, 2, 2, 2]
    assert [len(row["logprobs"]) for row in rows[-2:]] == [2, 3]
    assert rows[-1]["response_tokens"] == ["t3", "t4", "t5"]
    assert json.loads((tmp_path / "runs/my_run/rollouts.config.json").read_text())["config"]["lam"] == 0.95


def test_every_option_is_described() -> None:
    options = set(inspect.signature(RolloutWriter).parameters) - {"log_dir"}
    assert {name for name in options if f"`{name}`" not in TEXT} == set()
