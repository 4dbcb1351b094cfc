"""What lies beside the logs may be damaged, or anybody's: what was kept of prompts is read anew where it is not sound."""

from __future__ import annotations

import os
from collections.abc import Callable
from itertools import chain
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from read_visits import steps_read_from_now_on
from rollout_log import TestLog, row

from tensorboard_plugin_rlboard.api import Prompts
from tensorboard_plugin_rlboard.board.board import Board
from tensorboard_plugin_rlboard.board.prompts.question import PromptsQuestion
from tensorboard_plugin_rlboard.board.selection import Selection
from tensorboard_plugin_rlboard.board.stored_arrays import StoredArrays, dump_arrays, load_arrays
from tensorboard_plugin_rlboard.cli import main
from tensorboard_plugin_rlboard.index.registry import Registry
from tensorboard_plugin_rlboard.index.update.background import BackgroundIndexer
from tensorboard_plugin_rlboard.sources.discovery.logdir import parse_roots

STEPS, PROMPTS = 40, 9


@pytest.fixture
def logs(tmp_path: Path) -> Path:
    """A run with its index beside it."""
    log = TestLog(tmp_path / "logs")
    log.write(
        *(row(step, prompt=f"p{step % PROMPTS}", reward=float(step % 2)) for step in range(1, STEPS + 1))
    )
    assert main(["index", str(log.folder), "--beside"]) == 0
    return log.folder


def first_page(logs: Path) -> Prompts:
    indexer = BackgroundIndexer(Registry(parse_roots(str(logs), "")), 0)
    board = Board(indexer)
    indexer.index_now()
    try:
        return board.prompts.prompts(PromptsQuestion(Selection(".")))
    finally:
        indexer.stop()


def change_arrays(content: bytes, **changes: Any) -> bytes:
    """A stored history with other arrays or another head, under a digest that fits."""
    begin = content.index(b"rlboard-prompts")
    magic = content[begin : content.index(b"\n", begin) + 1]
    stored = load_arrays(magic, content[begin:])
    assert stored is not None
    head = {**stored.head, **changes.pop("head", {})}
    return content[:begin] + dump_arrays(magic, StoredArrays(head, {**stored.arrays, **changes}))


HOSTILE: dict[str, Callable[[bytes], bytes]] = {
    "cut": lambda content: content[:-9],
    "of other rows": lambda content: b"0" * 32 + content[32:],
    "shorter": lambda content: change_arrays(content, best=np.zeros(2)),
    "of another type": lambda content: change_arrays(content, visits=np.zeros(9)),
    "labels that are not there": lambda content: change_arrays(content, label=np.full(9, 7)),
    "no order": lambda content: change_arrays(content, identity=np.zeros(9, np.uint64)),
    "a text for a number": lambda content: change_arrays(content, head={"threshold": "high"}),
    "steps of other numbers": lambda content: change_arrays(content, head={"passes": [[1, 1 << 60]]}),
    "negative numbers": lambda content: change_arrays(content, head={"passes": [[1, -1], [2, 81]]}),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_what_is_wrong_beside_is_as_good_as_absent(
    logs: Path, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    expected = first_page(logs)
    (path,) = logs.rglob("*.prompts")
    path.write_bytes(HOSTILE[name](path.read_bytes()))
    read = steps_read_from_now_on(monkeypatch)
    assert first_page(logs) == expected
    assert [*chain(*read)] == list(range(1, STEPS + 1))


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no named pipes")
def test_a_pipe_beside_is_not_waited_for(logs: Path) -> None:
    expected = first_page(logs)
    (path,) = logs.rglob("*.prompts")
    path.unlink()
    os.mkfifo(path)
    assert first_page(logs) == expected
