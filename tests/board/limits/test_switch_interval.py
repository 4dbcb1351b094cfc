"""Turns of the interpreter's lock are shortened where they are Python's own, and nowhere else."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from tensorboard.plugins import base_plugin

from tensorboard_plugin_rlboard.board.limits.switch_interval import shorten_switch_interval
from tensorboard_plugin_rlboard.plugin import RLBoardPlugin


@pytest.fixture(autouse=True)
def interval() -> Iterator[None]:
    before = sys.getswitchinterval()
    yield
    sys.setswitchinterval(before)


@pytest.mark.parametrize(("before", "after"), [(0.005, 0.001), (0.0002, 0.0002), (0.02, 0.02)])
def test_only_pythons_own_turns_are_shortened(before: float, after: float) -> None:
    sys.setswitchinterval(before)
    shorten_switch_interval()
    assert sys.getswitchinterval() == pytest.approx(after)


def test_the_plugin_shortens_them(tmp_path: Path) -> None:
    sys.setswitchinterval(0.005)
    RLBoardPlugin(base_plugin.TBContext(logdir=str(tmp_path)))
    assert sys.getswitchinterval() == pytest.approx(0.001)
