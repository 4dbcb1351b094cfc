"""The rlboard.toml that is printed for a run whose folder has other runs below it is for the files beside it alone."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from answers import columns
from rollout_log import TestLog

from tensorboard_plugin_rlboard.api import RunInfo

Row = dict[str, Any]


def _rows(**names: str) -> list[Row]:
    said = [
        {"step": 1, "prompt": f"q {n // 2}", "response": f"a {n}", "reward": n % 2, "other": 5}
        for n in range(4)
    ]
    return [{names.get(key, key): value for key, value in row.items()} for row in said]


ABOVE = _rows(prompt="question", response="output", reward="acc", other="score_of_judge")
BELOW = _rows(prompt="input", response="output", reward="score", other="acc")


def _infos(log: TestLog) -> dict[str, RunInfo]:
    return {info.run: info for info in log.open().runs().runs}


@pytest.mark.parametrize("folder", ["", "exp [1]/"])
def test_what_is_printed_for_a_run_reaches_none_below_it(folder: str, tmp_path: Path) -> None:
    log = TestLog(tmp_path / "logs")
    log.write(*ABOVE, file=f"{folder}log.jsonl")
    log.write(*BELOW, file=f"{folder}verl/log.jsonl")
    run, below = folder.rstrip("/") or ".", f"{folder}verl"
    before = _infos(log)
    assert 'files = "./*"' in before[run].mapping_toml
    assert "files" not in before[below].mapping_toml
    (log.folder / folder / "rlboard.toml").write_text(before[run].mapping_toml)
    after = _infos(log)
    assert (after[run].mapping_guessed, after[run].mapping) == (False, before[run].mapping)
    assert (after[below].formats, after[below].mapping, after[below].mapping_doubt) == (
        before[below].formats,
        before[below].mapping,
        "",
    )
    board = log.open()
    assert columns(board, "reward", run=run) == columns(board, "reward", run=below)
    log.close()


def test_a_run_with_none_below_it_is_not_bound_to_its_folder(tmp_path: Path) -> None:
    log = TestLog(tmp_path / "logs")
    for run in ("one", "one more"):
        log.write(*ABOVE, file=f"{run}/log.jsonl")
    assert all("files" not in info.mapping_toml for info in _infos(log).values())
    log.close()


def test_a_packed_file_beside_it_is_reached_as_well(tmp_path: Path) -> None:
    log = TestLog(tmp_path / "logs")
    log.write(*ABOVE, file="log.jsonl.gz")
    log.write(*ABOVE, file="deeper/log.jsonl.gz")
    (log.folder / "rlboard.toml").write_text(
        '[mapping]\nfiles = "./*.jsonl"\nresponse = "output"\nreward = "acc"\n'
    )
    assert {run: info.mapping_guessed for run, info in _infos(log).items()} == {".": False, "deeper": True}
    log.close()
