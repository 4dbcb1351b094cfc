"""Paths that a command was given: what is wrong with them is one sentence."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tensorboard_plugin_rlboard.cli import main
from tensorboard_plugin_rlboard.sources.discovery.given_path import reason_unusable
from tensorboard_plugin_rlboard.texts import visible


def test_what_can_be_looked_into_has_no_reason(tmp_path: Path) -> None:
    (tmp_path / "a.log").write_text("x")
    assert reason_unusable(str(tmp_path)) == ""
    assert reason_unusable(str(tmp_path / "a.log"), may_be_file=True) == ""
    assert reason_unusable("s3://bucket/logs") == ""
    assert reason_unusable("~") == ""


def test_each_reason_is_one_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "a.log").write_text("x")
    (tmp_path / "loop").symlink_to("loop")
    os.mkfifo(tmp_path / "pipe")
    wrong = {
        "": "The path is empty; give a folder.",
        "a\0b": "cannot be a path.",
        str(tmp_path / "none"): f"There is no such directory: {tmp_path / 'none'}",
        str(tmp_path / "a.log" / "x"): "There is no such directory: ",
        str(tmp_path / "a.log"): f"{tmp_path / 'a.log'} is a file; give the folder that it lies in.",
        str(tmp_path / ("x" * 300)): "cannot be read: File name too long.",
        str(tmp_path / "loop"): "cannot be read: ",
        str(tmp_path / "pipe"): f"{tmp_path / 'pipe'} is neither a file nor a folder.",
        os.devnull: f"{os.devnull} is neither a file nor a folder.",
    }
    for path, sentence in wrong.items():
        assert sentence in reason_unusable(path), path
    assert reason_unusable(str(tmp_path / "none"), may_be_file=True) == (
        f"There is no file or folder {tmp_path / 'none'}."
    )

    def refused(path: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(os, "scandir", refused)
    assert reason_unusable(str(tmp_path)) == f"{tmp_path} cannot be read: Permission denied."


@pytest.mark.parametrize("command", ["doctor", "index", "scalars"])
def test_every_command_says_it_without_a_traceback(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], command: str
) -> None:
    for path in ("", str(tmp_path / "none"), str(tmp_path / ("x" * 300)), os.devnull, "a\0b"):
        assert main([command, path]) == (1 if command == "doctor" else 2), path
        said = capsys.readouterr()
        assert said.out == ""
        assert len(said.err.splitlines()) == 1, said.err
        assert visible(str(reason_unusable(path, may_be_file=command == "doctor"))) in said.err


@pytest.mark.parametrize("wrong", ["0", "-1", "many", "1.5", "", "９", "1" * 5000])
@pytest.mark.parametrize("arguments", [["index", ".", "--workers"], ["demo", "--port"]])
def test_a_wrong_number_is_refused_with_the_right_ones(
    capsys: pytest.CaptureFixture[str], arguments: list[str], wrong: str
) -> None:
    with pytest.raises(SystemExit) as ended:
        main([*arguments[:-1], f"{arguments[-1]}={wrong}"])
    assert ended.value.code == 2
    assert f"argument {arguments[-1]}: {wrong!r} is no whole number from 1 to " in capsys.readouterr().err
