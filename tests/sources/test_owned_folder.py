"""Temporary folders: whose owner is gone they go, however young; whose owner lives they stay, however old."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

import pytest
from repository import ROOT

from tensorboard_plugin_rlboard import operating_system
from tensorboard_plugin_rlboard.sources import owned_folder
from tensorboard_plugin_rlboard.sources.owned_folder import OwnedFolder, sweep_left_folders

OWNER = (
    "from tensorboard_plugin_rlboard.sources.owned_folder import OwnedFolder\n"
    "folder = OwnedFolder('test')\n"
    "(folder.path / 'large').write_bytes(b'x')\n"
    "print(folder.path, flush=True)\n"
    "input()\n"
)


@pytest.fixture(autouse=True)
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A temporary folder of the test's own: others may run on this machine."""
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    return tmp_path


@pytest.fixture
def owner() -> Iterator[tuple[subprocess.Popen[str], Path]]:
    """Another process that owns a folder."""
    with subprocess.Popen(
        [sys.executable, "-c", OWNER], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=ROOT
    ) as process:
        assert process.stdout is not None
        yield process, Path(process.stdout.readline().strip())
        process.kill()


def test_what_a_killed_process_left_goes_at_the_next_start(
    temporary: Path, owner: tuple[subprocess.Popen[str], Path]
) -> None:
    process, folder = owner
    os.utime(folder.parent, (1e9, 1e9))
    assert sweep_left_folders() == 0, "it lives, however old its folder is"
    assert (folder / "large").exists()
    process.send_signal(signal.SIGKILL if hasattr(signal, "SIGKILL") else signal.SIGTERM)
    process.wait()
    assert (folder / "large").exists()
    assert sweep_left_folders() == 1
    assert list(temporary.iterdir()) == []


def test_a_process_that_ends_by_itself_leaves_nothing(
    temporary: Path, owner: tuple[subprocess.Popen[str], Path]
) -> None:
    process, folder = owner
    assert folder.parent.parent == temporary
    process.communicate("\n")
    assert process.returncode == 0
    assert list(temporary.iterdir()) == []


def test_what_is_not_ours_stays(temporary: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    elsewhere = tmp_path_factory.mktemp("elsewhere")
    (elsewhere / "owner.lock").touch()
    (temporary / "rlboard-link").symlink_to(elsewhere)
    (temporary / "rlboard-without-a-lock").mkdir()
    (temporary / "rlboard-file").touch()
    (temporary / "other").mkdir()
    (temporary / "other" / "owner.lock").touch()
    assert sweep_left_folders() == 0
    assert len(list(temporary.iterdir())) == 4
    assert (elsewhere / "owner.lock").exists()


def test_a_folder_of_a_process_that_was_killed_before_its_lock_was_there_goes(temporary: Path) -> None:
    """Or after the lock was removed, and before the folder was."""
    folder = OwnedFolder("test")
    name = folder.path.parent.name
    folder.cleanup()
    (temporary / name).mkdir()
    (temporary / f"2{name}").mkdir()  # not ours
    assert sweep_left_folders() == 1
    assert [path.name for path in temporary.iterdir()] == [f"2{name}"]


def test_a_folder_that_is_swept_before_it_has_a_lock_is_made_again(
    temporary: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = tempfile.mkdtemp
    swept: list[int] = []

    def sweeping_after(*arguments: str) -> str:
        made = real(*arguments)
        if not swept:
            swept.append(sweep_left_folders())
        return made

    monkeypatch.setattr(tempfile, "mkdtemp", sweeping_after)
    folder = OwnedFolder("test")
    assert swept == [1]
    assert folder.path.is_dir()
    folder.cleanup()
    assert list(temporary.iterdir()) == []


def test_a_folder_that_is_being_made_is_made_again_if_somebody_sweeps_it(
    temporary: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between making the lock file and locking it, it looks like one that was left."""
    real = operating_system.try_lock
    swept: list[bool] = []

    def sweeping_before(file: BinaryIO) -> bool:
        if not swept:
            swept.append(True)
            assert sweep_left_folders() == 1
        return real(file)

    monkeypatch.setattr(owned_folder, "try_lock", sweeping_before)
    folder = OwnedFolder("test")
    assert folder.path.is_dir()
    assert len(list(temporary.iterdir())) == 1
    folder.cleanup()
    assert list(temporary.iterdir()) == []


def test_a_folder_that_somebody_else_locks_first_is_made_again(
    temporary: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who sweeps has the lock, and removes the folder a moment later."""
    real = operating_system.try_lock
    removing: list[threading.Timer] = []

    def locked_by_another(file: BinaryIO) -> bool:
        if removing:
            return real(file)
        removing.append(threading.Timer(0.2, shutil.rmtree, [Path(file.name).parent]))
        removing[0].start()
        return False

    monkeypatch.setattr(owned_folder, "try_lock", locked_by_another)
    folder = OwnedFolder("test")
    removing[0].join()
    assert folder.path.is_dir()
    assert len(list(temporary.iterdir())) == 1
    folder.cleanup()


def test_without_locks_folders_work_and_nothing_is_swept(
    temporary: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As on a system that has neither kind of lock, or a file system that knows none."""
    monkeypatch.setattr(operating_system, "fcntl", None)
    monkeypatch.setattr(operating_system, "msvcrt", None)
    monkeypatch.setattr(owned_folder, "_REMOVING_SECONDS", 0.05)
    folder = OwnedFolder("test")
    assert folder.path.is_dir()
    assert sweep_left_folders() == 0
    folder.cleanup()
    assert list(temporary.iterdir()) == []


def test_with_the_locks_of_windows(temporary: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    held: set[int] = set()

    class Msvcrt:
        LK_NBLCK = 2

        @staticmethod
        def locking(descriptor: int, mode: int, count: int) -> None:
            assert (mode, count) == (2, 1)
            inode = os.fstat(descriptor).st_ino
            if inode in held:
                raise PermissionError(13, "Permission denied")
            held.add(inode)

    monkeypatch.setattr(operating_system, "fcntl", None)
    monkeypatch.setattr(operating_system, "msvcrt", Msvcrt)
    folder = OwnedFolder("test")
    assert sweep_left_folders() == 0
    held.clear()  # its owner is gone
    assert sweep_left_folders() == 1
    assert list(temporary.iterdir()) == []
    folder.cleanup()
