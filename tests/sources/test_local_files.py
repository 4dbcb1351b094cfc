"""Only regular files are opened, and nothing is waited for."""

from __future__ import annotations

import os
import socket
from collections.abc import Callable
from pathlib import Path

import pytest

from tensorboard_plugin_rlboard.index.cache.blob_folder import LocalFolder
from tensorboard_plugin_rlboard.sources.discovery.logdir import parse_roots
from tensorboard_plugin_rlboard.sources.local_files import open_regular, read_beginning
from tensorboard_plugin_rlboard.training.hyperparameters import trainer_files
from tensorboard_plugin_rlboard.training.settings.toml_file import FILE_NAME
from tensorboard_plugin_rlboard.training.settings.toml_lookup import SettingsFinder

pytestmark = pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no pipes with names")
NAMES = (*trainer_files.FILE_NAMES, trainer_files.WRITER_FILE)


def make_pipe(path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    os.mkfifo(path)


def make_socket(path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    here = Path.cwd()
    os.chdir(path.parent)  # the address of a socket is short
    try:
        with socket.socket(socket.AF_UNIX) as one:
            one.bind(path.name)
    finally:
        os.chdir(here)


def make_link_to_device(path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.symlink_to("/dev/zero")


KINDS = pytest.mark.parametrize("make", [make_pipe, make_socket, make_link_to_device])


@KINDS
def test_what_is_no_regular_file_is_refused_at_once(tmp_path: Path, make: Callable[[Path], None]) -> None:
    path = tmp_path / "x"
    make(path)
    with pytest.raises(OSError):
        open_regular(path)
    with pytest.raises(OSError):
        read_beginning(str(path), 10)
    with pytest.raises(OSError):
        LocalFolder(tmp_path).read("x", 10)


@KINDS
def test_files_of_trainers_that_are_none_are_passed_over(
    tmp_path: Path, make: Callable[[Path], None]
) -> None:
    for name in NAMES:
        make(tmp_path / name)
    assert trainer_files.TrainerFiles(parse_roots(str(tmp_path), "")).sources_for(str(tmp_path)) == ()


@KINDS
def test_a_settings_file_that_is_none_is_said(tmp_path: Path, make: Callable[[Path], None]) -> None:
    make(tmp_path / FILE_NAME)
    (problem,) = SettingsFinder(parse_roots(str(tmp_path), "")).for_path(str(tmp_path)).problems
    assert problem.startswith(f"{FILE_NAME} cannot be read: ")
