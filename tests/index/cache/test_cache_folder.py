"""Which folder keeps the index, whatever was typed."""

from __future__ import annotations

import logging
import math
from pathlib import Path

import pytest

from tensorboard_plugin_rlboard.index.cache.cache_folder import default_folder, folder_of_flag, named_folder
from tensorboard_plugin_rlboard.index.registry import Registry
from tensorboard_plugin_rlboard.index.update.background import BackgroundIndexer
from tensorboard_plugin_rlboard.sources.discovery.logdir import parse_roots


def test_folder_follows_xdg(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert default_folder() == tmp_path / "rlboard"
    monkeypatch.delenv("XDG_CACHE_HOME")
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    assert default_folder() == tmp_path / "home" / ".cache" / "rlboard"


def test_home_folders_are_known(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    assert folder_of_flag("~/c") == (tmp_path / "c", "")
    assert folder_of_flag("none") == (None, "")


def test_a_relative_folder_stays_where_it_is_when_somebody_changes_the_working_folder(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    assert named_folder("c") == tmp_path / "c"
    assert named_folder("./~c") == tmp_path / "~c"


@pytest.mark.parametrize("name", ["~no-such-user-7/c", "~no-such-user-7"])
def test_the_home_of_nobody_is_named_and_nothing_is_kept(name: str) -> None:
    folder, problem = folder_of_flag(name)
    assert folder is None
    assert problem == (
        f"--rlboard_cache_dir={name} cannot be used. This machine knows no home folder ~no-such-user-7: write the whole "
        f"path, or ./{name} for a folder of that name. Until then the index is built anew at each start of TensorBoard."
    )


def test_a_path_with_nul_is_refused() -> None:
    assert folder_of_flag("a\0b")[1].startswith(
        "--rlboard_cache_dir=a\0b cannot be used. A path has no NUL in it."
    )


def test_a_user_without_a_home_is_told_how_to_name_a_folder(monkeypatch: pytest.MonkeyPatch) -> None:
    """Containers start programs as users that no file of theirs knows."""

    def nowhere() -> Path:
        raise RuntimeError("Could not determine home directory.")

    monkeypatch.delenv("XDG_CACHE_HOME", raising=False)
    monkeypatch.setattr(Path, "home", nowhere)
    folder, problem = folder_of_flag("")
    assert folder is None
    assert "no home folder" in problem
    assert "--rlboard_cache_dir" in problem


def test_a_folder_that_cannot_be_made_is_named_as_it_was_typed_with_what_to_do(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "file").touch()
    folder = tmp_path / "file" / "cache"
    with caplog.at_level(logging.WARNING):
        indexer = BackgroundIndexer(Registry(parse_roots(str(tmp_path), ""), folder), math.inf)
        indexer.index_now()
        indexer.stop()
    said = [record.getMessage() for record in caplog.records]
    assert len(said) == 1
    assert said[0].startswith(
        f"RL Board: the index cannot be kept in {folder} (Not a directory). Make room or rights"
    )
    assert "--rlboard_cache_dir" in said[0]
