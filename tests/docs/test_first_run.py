"""docs/first-run.md: what a new user copies and pastes runs, and shows what the page says; both languages alike."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from repository import ROOT

from tensorboard_plugin_rlboard.board.board import Board
from tensorboard_plugin_rlboard.board.selection import Selection
from tensorboard_plugin_rlboard.board.steps.question import StepsQuestion

PAGES = [(ROOT / "docs" / name).read_text(encoding="utf-8") for name in ("first-run.md", "first-run.zh.md")]


def blocks(page: str) -> list[str]:
    return re.findall(r"^```\w*\n(.*?)^```", page, re.MULTILINE | re.DOTALL)


def test_both_languages_have_the_same_blocks() -> None:
    english, chinese = map(blocks, PAGES)
    assert english == chinese
    assert len(english) == 8


def test_links_of_both_pages_and_of_the_readme_lead_somewhere() -> None:
    texts = [(ROOT / "docs", page) for page in PAGES]
    texts.append((ROOT, (ROOT / "README.md").read_text(encoding="utf-8")))
    for home, text in texts:
        links = re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", text)
        assert links
        assert [link for link in links if not (home / link).exists()] == []


def test_the_own_log(tmp_path: Path, open_board: Callable[[Path], Board]) -> None:
    (code,) = [block for block in blocks(PAGES[0]) if "RolloutWriter" in block]
    subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, env={**os.environ, "PYTHONPATH": str(ROOT)}, check=True
    )
    board = open_board(tmp_path / "runs")
    (run,) = board.runs().runs
    assert (run.run, run.samples, run.problems, run.steps.count) == ("hello", 640, 0, 40)
    curves = board.steps(StepsQuestion(Selection("hello"), ("reward", "n_tokens", "k3_mean"))).metrics
    for name in ("n_tokens", "k3_mean"):
        before, after = curves[name].mean[:20], curves[name].mean[25:]
        assert max(float(value or 0) for value in before) < min(float(value or 0) for value in after), name


@pytest.mark.slow
def test_the_training_with_trl(tmp_path: Path, open_board: Callable[[Path], Board]) -> None:
    pytest.importorskip("trl", reason="trl is not installed: pip install trl==1.16.0")
    script = ROOT / "examples" / "trl_first_run.py"
    subprocess.run(
        [sys.executable, script, "--steps", "2"],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        check=True,
    )
    (log,) = (tmp_path / "runs" / "first").glob("*.jsonl")
    rows = [json.loads(line) for line in log.read_text(encoding="utf-8").splitlines()]
    assert [row["step"] for row in rows] == [1] * 40 + [2] * 40
    assert all(
        {"right_kind", "in_time", "logprobs", "ref_logprobs", "group_id"} <= row.keys() for row in rows
    )
