"""An index that was written before: read back and written again byte for byte, and opened without reading a log.

`scripts/index_fixture.py` writes it anew when `manifest.VERSION` changes, or what the parts of its logs hold.
`fixtures/index_version_3` is of a version whose numbers are other ones: its logs are read again.
"""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from tensorboard_plugin_rlboard.board.board import Board
from tensorboard_plugin_rlboard.board.runs.question import ProblemsQuestion
from tensorboard_plugin_rlboard.board.samples.question import SamplesQuestion
from tensorboard_plugin_rlboard.board.selection import Selection
from tensorboard_plugin_rlboard.cli import main
from tensorboard_plugin_rlboard.formats.native import NATIVE
from tensorboard_plugin_rlboard.index.cache.manifest import (
    VERSION,
    manifest_facts,
    part_facts,
    read_manifest,
    read_part,
)
from tensorboard_plugin_rlboard.index.cache.part_store import digest_of, file_key_digest
from tensorboard_plugin_rlboard.index.cache.sidecar_store import FOLDER
from tensorboard_plugin_rlboard.index.parts import range_builder
from tensorboard_plugin_rlboard.index.registry import Registry
from tensorboard_plugin_rlboard.index.update.background import BackgroundIndexer
from tensorboard_plugin_rlboard.sources.discovery.logdir import parse_roots
from tensorboard_plugin_rlboard.texts import TextRules

WRITTEN = Path(__file__).parents[2] / "fixtures" / f"index_version_{VERSION}"
INDEX = WRITTEN / "index"
NAMES = ("a.jsonl", "b.jsonl.gz")


def test_manifests_come_back_byte_for_byte() -> None:
    manifests = sorted((INDEX / f"files-{VERSION}").glob("*/*.json"))
    assert len(manifests) == 2 * len(NAMES)
    for path in manifests:
        assert manifest_facts(read_manifest(path.read_bytes())) == path.read_bytes()
    assert {file_key_digest(name) for name in NAMES} < {path.stem for path in manifests}


def test_parts_come_back_byte_for_byte() -> None:
    parts = sorted((INDEX / f"parts-{VERSION}").glob("*/*.json"))
    assert len(parts) == 3
    for path in parts:
        built, rows = read_part(path.read_bytes()), path.with_suffix(".parquet").read_bytes()
        assert part_facts(NATIVE, built) == path.read_bytes()
        assert digest_of(path.read_bytes(), rows) == path.stem


@pytest.fixture
def logs(tmp_path: Path) -> Path:
    """The logs under another path than that under which they were indexed, with their times."""
    run = tmp_path / "logs" / "run"
    shutil.copytree(WRITTEN / "logs" / "run", run)
    for path in run.iterdir():
        os.utime(path, ns=(1_700_000_000_123_456_789,) * 2)
    return tmp_path / "logs"


def in_twelve_digits(value: object) -> object:
    """Floats in 12 significant digits: NumPy's `exp` differs in the 16th between processors, and INDEX is of another."""
    return f"{value:.12g}" if isinstance(value, float) else value


def answers(logs: Path, cache: Path | None) -> tuple[int, str]:
    """How many rows there are, and what they and their problems hold, NaN as text because it equals nothing."""
    indexer = BackgroundIndexer(Registry(parse_roots(str(logs), ""), cache), 0)
    indexer.index_now()
    board = Board(indexer)
    columns = ["response", "line", "attempt", *(metric.name for metric in board.runs().runs[0].metrics)]
    rows = board.samples(SamplesQuestion(Selection("run"), TextRules(), columns=tuple(columns), limit=500))
    values = {name: [in_twelve_digits(value) for value in column] for name, column in rows.columns.items()}
    found = (
        indexer.registry.runs["run"].samples,
        repr((values, board.problems(ProblemsQuestion("run")))),
    )
    indexer.stop()
    return found


@pytest.mark.parametrize("origin", ["own path", "another path", "beside the data"])
def test_log_that_was_indexed_is_not_read_again(
    logs: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, origin: str
) -> None:
    expected = answers(logs, None)
    assert expected[0] == 28

    def reading(*_: object) -> None:
        raise AssertionError("the log was read")

    cache = tmp_path / "cache"
    shutil.copytree(INDEX, logs / "run" / FOLDER if origin == "beside the data" else cache)
    if origin != "another path":
        shutil.rmtree(cache / f"heads-{VERSION}", ignore_errors=True)
    if origin == "own path":
        for name in NAMES:
            own, written = file_key_digest(str(logs / "run" / name)), file_key_digest(name)
            target = cache / f"files-{VERSION}" / own[:2] / f"{own}.json"
            target.parent.mkdir(exist_ok=True)
            shutil.copy(INDEX / f"files-{VERSION}" / written[:2] / f"{written}.json", target)
    if origin == "another path":
        (logs / "run" / "b.jsonl.gz").unlink()  # shorter than what tells logs apart by how they begin
        expected = answers(logs, None)
    monkeypatch.setattr(range_builder, "build_part", reading)
    assert answers(logs, None if origin == "beside the data" else cache) == expected
    if origin == "beside the data":
        assert main(["index", str(logs), "--beside"]) == 0
    else:
        assert main(["index", str(logs), "--cache-dir", str(cache)]) == 0


@pytest.mark.parametrize("beside", [True, False])
def test_index_of_an_earlier_version_is_as_good_as_none(logs: Path, tmp_path: Path, *, beside: bool) -> None:
    expected = answers(logs, None)
    cache = tmp_path / "cache"
    old = WRITTEN.with_name("index_version_3") / "index"
    shutil.copytree(old, logs / "run" / FOLDER if beside else cache)
    assert answers(logs, None if beside else cache) == expected
