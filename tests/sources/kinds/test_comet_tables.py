"""Tables as Comet's `log_table` writes them, and the offline archive that they lie in; the files are comet_ml's own."""

from __future__ import annotations

import json
import re
import shlex
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from answers import columns, ignored
from repository import SAMPLES

from tensorboard_plugin_rlboard.board.board import Board

Open = Callable[[Path], Board]
COMET = SAMPLES / "comet"
TABLES = sorted(path for path in COMET.glob("*/*.*") if path.stem != "bare")
NAMES = ("step", "prompt", "response", "reward")
LOGGED = [(3, 'What is 2+2?\nSay "4".', '4,\nand "no" more', 1.0), (3, "1+1?", "三", 0.25)]
"""What was logged: texts with line ends, quotes and commas; pandas writes an index without a name before it."""


@pytest.mark.parametrize("table", TABLES, ids=lambda path: path.name)
def test_every_form_of_table_is_read_as_it_was_logged(table: Path, tmp_path: Path, open_board: Open) -> None:
    shutil.copy(table, tmp_path)
    board = open_board(tmp_path)
    assert columns(board, *NAMES) == LOGGED
    assert board.runs().runs[0].problems == 0


def test_all_forms_are_there() -> None:
    assert {path.name for path in TABLES} == {
        *("frame.csv", "frame.json", "records.json", "split.json", "index.json", "table.json", "lines.json"),
        *("list.csv", "list.tsv"),
    }


def test_a_list_without_headers_opens_with_the_header_that_is_named(tmp_path: Path, open_board: Open) -> None:
    shutil.copy(COMET / "bare_csv" / "bare.csv", tmp_path)
    ((name, reason),) = ignored(open_board(tmp_path))
    found = re.fullmatch(
        r"It has no header, which is a first line with the names of its columns: write one above the rest, such as (.+)\.",
        reason,
    )
    assert (name, found is not None) == ("bare.csv", True)
    assert found is not None
    table = tmp_path / "bare.csv"
    table.write_text(f"{found[1]}\n{table.read_text(encoding='utf-8')}", encoding="utf-8")
    assert columns(open_board(tmp_path), *NAMES) == LOGGED


@pytest.mark.parametrize("size", [0, 200_000], ids=["small", "longer than what is looked at"])
def test_an_offline_archive_is_unpacked_by_the_command_that_is_named(
    size: int, tmp_path: Path, open_board: Open
) -> None:
    """comet_ml stores each table twice in it; every sample is there once."""
    unpack(archive(tmp_path / "offline.zip", size), tmp_path / "run", open_board)
    board = open_board(tmp_path)
    assert sorted(columns(board, *NAMES, run="run/step_None")) == sorted(LOGGED * len(TABLES))
    assert [run.run for run in board.runs().runs] == ["run/step_None"]


def test_the_step_at_which_a_table_was_logged_is_that_of_its_samples(
    tmp_path: Path, open_board: Open
) -> None:
    """`Experiment.set_step(7)` before a table without a column for the step."""
    upload = {"additional_params": {"fileName": "t.csv", "step": 7}, "file_path": "tmp1"}
    with zipfile.ZipFile(tmp_path / "offline.zip", "w") as stored:
        stored.writestr("tmp1", ",prompt,completion,reward\n0,Q,A,0.5\n")
        stored.writestr("experiment.json", "{}")
        stored.writestr("messages.json", json.dumps({"type": "file_upload", "payload": upload}) + "\n")
    unpack(tmp_path / "offline.zip", tmp_path / "run", open_board)
    assert columns(open_board(tmp_path), *NAMES, run="run") == [(7, "Q", "A", 0.5)]


def archive(path: Path, size: int) -> Path:
    """The archive that comet_ml has written, with one more file of so many bytes at its beginning."""
    with zipfile.ZipFile(COMET / "offline.zip") as stored, zipfile.ZipFile(path, "w") as written:
        written.writestr("tmp00000000", b"\x89PNG" + b"\0" * size)
        for name in stored.namelist():
            written.writestr(name, stored.read(name))
    return path


def unpack(path: Path, folder: Path, open_board: Open) -> None:
    """Follows the advice that is given of an archive."""
    ((name, reason),) = ignored(open_board(path.parent))
    assert name == path.name
    command = re.fullmatch(
        r"It is the offline archive of a Comet .* with python (-c '.*') FILE FOLDER\.", reason
    )
    assert command is not None
    subprocess.run([sys.executable, *shlex.split(command[1]), str(path), str(folder)], check=True)


def test_another_archive_is_left_alone_without_a_word(tmp_path: Path, open_board: Open) -> None:
    with zipfile.ZipFile(tmp_path / "code.zip", "w") as archive:
        archive.writestr("tmp1.py", "import os")
    assert ignored(open_board(tmp_path)) == []
