"""Real dumps of trainers, one folder each: every sample in our words, the same under unknown names, and as native lines.

After a wanted change: ``RLBOARD_UPDATE_SNAPSHOTS=1 pytest tests/formats/test_real_dumps.py``, then read the difference.
"""

from __future__ import annotations

import functools
import json
import os
import shutil
from collections.abc import Iterator

import pytest
import repository
from dumps import Dumps, as_native, dump, readable
from repository import SAMPLES
from rollout_log import opened

from tensorboard_plugin_rlboard.board.board import Board

FOLDER = SAMPLES
SNAPSHOTS = repository.SNAPSHOTS / "samples"
FRAMEWORKS = sorted(path.name for path in FOLDER.iterdir() if path.is_dir())
UPDATE = bool(os.environ.get("RLBOARD_UPDATE_SNAPSHOTS"))
# Numbers that compare a sample with the others of its step, and the count of problems, a missing step among them.
# Its rollouts, train data and conversations belong together by the rollout and the rank in their names.
JOINED_BY_NAME = frozenset({"miles"})
OF_THE_STEP = frozenset({"group_mean", "advantage", "problems"})


@functools.cache
def of(board: Board, framework: str) -> Dumps:
    """Every run of a framework, as JSON has it; three tests compare it with something else."""
    names = [info.run for info in board.runs().runs if f"{info.run}/".startswith(f"{framework}/")]
    found: Dumps = json.loads(json.dumps({name: dump(board, name) for name in names}))
    return found


def without_place(dumps: Dumps) -> list[str]:
    """What the rows themselves say: without the step, the split and the order that names of files may tell."""
    rows = []
    for run in dumps.values():
        for sample in run["samples"]:
            own = {key: value for key, value in sample.items() if key not in {"line", "step", "split"}}
            own["scalars"] = {key: x for key, x in sample["scalars"].items() if key not in OF_THE_STEP}
            rows.append(json.dumps(own, sort_keys=True))
    return sorted(rows)


@pytest.fixture(scope="module")
def board() -> Iterator[Board]:
    yield from opened(FOLDER)


@pytest.fixture(scope="module")
def unknown(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Board]:
    """The same files in the same folders; their names say nothing but what kind of file they are."""
    root = tmp_path_factory.mktemp("unknown")
    for framework in FRAMEWORKS:
        files = sorted(path for path in (FOLDER / framework).rglob("*") if path.is_file())
        names = sorted({path.name for path in files})
        for path in files:
            target = root / path.relative_to(FOLDER).with_name(f"other{names.index(path.name)}{path.suffix}")
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(path, target)
    yield from opened(root)


@pytest.fixture(scope="module")
def again(board: Board, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Board]:
    root = tmp_path_factory.mktemp("again")
    for info in board.runs().runs:
        (root / info.run).mkdir(parents=True)
        lines = [json.dumps(row) + "\n" for row in as_native(board, info.run)]
        (root / info.run / "again.jsonl").write_text("".join(lines), encoding="utf-8")
    yield from opened(root)


@pytest.mark.parametrize("framework", FRAMEWORKS)
def test_the_dump_is_read_as_it_was(framework: str, board: Board) -> None:
    found = of(board, framework)
    kept = SNAPSHOTS / f"{framework}.json"
    if UPDATE:
        kept.parent.mkdir(exist_ok=True)
        kept.write_text(readable(found), encoding="utf-8")
    assert found == json.loads(kept.read_text(encoding="utf-8"))
    assert sum(len(run["samples"]) for run in found.values())


@pytest.mark.parametrize("framework", sorted(set(FRAMEWORKS) - JOINED_BY_NAME))
def test_names_of_files_decide_nothing_but_step_and_split(
    framework: str, board: Board, unknown: Board
) -> None:
    assert without_place(of(unknown, framework)) == without_place(of(board, framework))


@pytest.mark.parametrize("framework", FRAMEWORKS)
def test_written_out_and_read_again_it_is_the_same(framework: str, board: Board, again: Board) -> None:
    for run in of(board, framework):
        assert json.dumps(as_native(again, run)) == json.dumps(as_native(board, run))


def test_every_sample_has_its_snapshot() -> None:
    assert FRAMEWORKS
    assert {path.stem for path in SNAPSHOTS.glob("*.json")} == set(FRAMEWORKS)
