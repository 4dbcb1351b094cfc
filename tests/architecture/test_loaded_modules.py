"""What is loaded of the package before anybody needs it: an index must not wait for what answers a view's questions."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from python_imports import PACKAGE
from repository import ROOT
from rollout_log import lines, row

INDEXED = """
import sys
from pathlib import Path
from tensorboard_plugin_rlboard.board.board import Board
from tensorboard_plugin_rlboard.index.registry import Registry
from tensorboard_plugin_rlboard.index.update.background import BackgroundIndexer
from tensorboard_plugin_rlboard.sources.discovery.logdir import parse_roots
indexer = BackgroundIndexer(Registry(parse_roots(sys.argv[1], ""), Path(sys.argv[2])), 0)
board = Board(indexer)
indexer.index_now()
assert board.registry.runs["."].samples == 2
indexer.stop()
"""
LATER = (
    "board.later.answers",
    "board.groups.listing",
    "board.prompts.service",
    "board.alignment",
    "board.compare.service",
)


def loaded_by(code: str, *arguments: str) -> set[str]:
    """Modules that a new process has loaded once it has run some code, ours without the package's name before them."""
    command = [sys.executable, "-c", f"{code}\nimport json\nprint(json.dumps([*sys.modules]))", *arguments]
    said = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout
    return {name.removeprefix(f"{PACKAGE.name}.") for name in json.loads(said)}


def test_an_index_loads_nothing_of_later_questions(tmp_path: Path) -> None:
    (tmp_path / "logs").mkdir()
    (tmp_path / "logs" / "a.jsonl").write_bytes(lines(row(1), row(2)))
    loaded = loaded_by(INDEXED, str(tmp_path / "logs"), str(tmp_path / "cache"))
    assert "board.findings.service" in loaded
    assert not loaded & set(LATER)
    assert not loaded & {"statistics", "rapidfuzz"}
    answers = {name for name in loaded if name.startswith("api.") and name.count(".") > 1}
    assert answers == {"api.steps.steps"}, "of the answers it knows the statistics of a step, and makes none"


def test_once_a_page_is_open_they_are_loaded_before_anybody_clicks(tmp_path: Path) -> None:
    (tmp_path / "logs").mkdir()
    (tmp_path / "logs" / "a.jsonl").write_bytes(lines(row(1), row(2)))
    opened = INDEXED.replace("indexer.index_now()", "indexer.activity.note_request()\nindexer.index_now()")
    assert opened != INDEXED
    assert loaded_by(opened, str(tmp_path / "logs"), str(tmp_path / "cache")) >= set(LATER)


def test_later_questions_load_all_that_answers_them() -> None:
    assert loaded_by("import sys, tensorboard_plugin_rlboard.board.later.answers") >= set(LATER)


def test_a_worker_loads_no_reader_of_archives_and_no_format_of_a_trainer() -> None:
    """It is told where plain lines lie, and that of hundreds of modules is started with each large log."""
    loaded = loaded_by("import sys, tensorboard_plugin_rlboard.index.parts.worker")
    assert "sources.local_files" in loaded
    assert not loaded & {"sources.reader", "sources.containers", "sources.kinds", "sources.compressed"}
    # nor, before an order names one, trainers' formats and tokenizers
    assert not loaded & {"formats.registry", "formats.generic.key_mapping", "formats.tokenization.tokenizer"}
