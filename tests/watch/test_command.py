"""`rlboard watch`: one line of JSON for each finding, commands for the severe ones, exit codes for scripts."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from repository import ROOT

from tensorboard_plugin_rlboard import cli
from tensorboard_plugin_rlboard.index.update.background import BackgroundIndexer
from tensorboard_plugin_rlboard.watch import command
from tensorboard_plugin_rlboard.watch.command import EXIT_FOUND, WatchArguments, _run_commands, watch


def write(folder: Path, *rows: dict[str, Any]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "a.jsonl").open("a", encoding="utf-8") as file:
        file.writelines(json.dumps(row) + "\n" for row in rows)


def row(step: int, reward: float = 1.0) -> dict[str, Any]:
    return {"step": step, "prompt": "a", "response": f"b {step}", "reward": reward}


def said(capsys: pytest.CaptureFixture[str]) -> list[dict[str, Any]]:
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def test_a_finding_is_a_line_and_an_exit_code(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(tmp_path / "log" / "run", row(1), row(2, float("nan")))
    assert cli.main(["watch", str(tmp_path / "log"), "--once"]) == EXIT_FOUND
    (line,) = said(capsys)
    assert (line["event"], line["run"], line["kind"], line["severity"]) == (
        "found",
        "run",
        "non_finite",
        "error",
    )
    assert line["steps"] == [2, 2]
    assert len(line["samples"]) == 1


def test_nothing_wrong_is_nothing_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(tmp_path / "log", row(1), row(2))
    assert watch(WatchArguments(str(tmp_path / "log"), once=True)) == 0
    assert said(capsys) == []


def test_a_run_that_is_not_named_is_not_looked_at(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(tmp_path / "log" / "bad", row(1, float("nan")))
    write(tmp_path / "log" / "good", row(1))
    assert watch(WatchArguments(str(tmp_path / "log"), runs=("good",), once=True)) == 0
    assert said(capsys) == []


def test_a_command_is_run_with_the_finding_in_its_environment(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    write(tmp_path / "log", row(1, float("nan")))
    out = tmp_path / "out"
    command = f'printf %s "$RLBOARD_KIND $RLBOARD_SEVERITY $RLBOARD_RUN" > "{out}"; exit 7'
    watch(WatchArguments(str(tmp_path / "log"), on=(("error", command),), once=True))
    assert out.read_text(encoding="utf-8") == "non_finite error ."
    assert "ended with code 7" in capfd.readouterr().err


def test_any_text_of_a_log_reaches_a_terminal_and_a_command(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    line = {
        "event": "found",
        "run": "秋",
        "kind": "k",
        "severity": "error",
        "title": "a\0b\ud800",
        "summary": "s",
    }
    out = tmp_path / "out"
    command = f'printf %s "$RLBOARD_TITLE|$RLBOARD_RUN|$RLBOARD_FINDING" > "{out}"'
    _run_commands(WatchArguments("", on=(("info", command),)), line)
    title, run, finding = out.read_text(encoding="utf-8").split("|")
    assert (title, run) == ("a\ufffdb?", "秋")
    assert json.loads(finding) == line
    _run_commands(WatchArguments("", on=(("info", "true"),)), line | {"summary": "x" * 5_000_000})
    assert capsys.readouterr().err.startswith("The command for k of run 秋 ended with code ")


def test_a_look_that_fails_is_followed_by_the_next(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    write(tmp_path / "log", row(1, float("nan")))
    really, looks = BackgroundIndexer.index_now, list[int]()

    def index_now(self: BackgroundIndexer) -> None:
        looks.append(1)
        if len(looks) == 1:
            raise RuntimeError("no room\non the disk")
        really(self)

    monkeypatch.setattr(BackgroundIndexer, "index_now", index_now)
    assert watch(WatchArguments(str(tmp_path / "log"), until="error", interval=0.01)) == EXIT_FOUND
    heard = capsys.readouterr()
    assert heard.err.startswith("This look failed (RuntimeError: no room")
    assert "the next one is in 0.01 seconds" in heard.err
    assert json.loads(heard.out)["kind"] == "non_finite"


def test_it_ends_when_nobody_listens_any_more(tmp_path: Path) -> None:
    write(tmp_path / "log", row(1, float("nan")))
    reads, writes = os.pipe()
    os.close(reads)
    command = [sys.executable, "-m", "tensorboard_plugin_rlboard.cli", "watch", str(tmp_path / "log")]
    with os.fdopen(writes, "wb") as output:
        done = subprocess.run(
            command, stdout=output, stderr=subprocess.PIPE, cwd=ROOT, check=False, timeout=60
        )
    assert (done.returncode, done.stderr) == (1, b"")


def test_a_log_that_says_a_command_runs_none(tmp_path: Path) -> None:
    evil = tmp_path / "log" / "$(touch owned)"
    write(evil, row(1, float("nan")))
    watch(
        WatchArguments(
            str(tmp_path / "log"), on=(("error", f'cd "{tmp_path}"; echo "$RLBOARD_RUN"'),), once=True
        )
    )
    assert not (tmp_path / "owned").exists()


def test_what_comes_and_goes_is_said_once_each(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    log = tmp_path / "log"
    write(log, row(1))
    looks: Iterator[Callable[[], object]] = iter(
        [
            lambda: write(log, row(2, float("nan"))),
            lambda: None,
            lambda: (log / "a.jsonl").write_text(json.dumps(row(1)) + "\n", encoding="utf-8"),
            lambda: write(log, row(2, float("inf"))),
        ]
    )
    monkeypatch.setattr("tensorboard_plugin_rlboard.watch.command._sleep", lambda _: next(looks)())
    with pytest.raises(StopIteration):
        watch(WatchArguments(str(log)))
    assert [line["event"] for line in said(capsys)] == ["found", "over", "found"]


def test_until_ends_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    log = tmp_path / "log"
    write(log, row(1))
    # Not time.sleep, which other threads call as well, and `_sleep` itself again and again until its time is over.
    monkeypatch.setattr(command, "_sleep", lambda _: write(log, row(2, float("nan"))))
    assert watch(WatchArguments(str(log), until="warning")) == EXIT_FOUND


def test_what_cannot_begin_says_why(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert watch(WatchArguments(str(tmp_path / "nowhere"))) == 2
    assert "nowhere" in capsys.readouterr().err
    with pytest.raises(SystemExit):
        cli.main(["watch", str(tmp_path), "--on", "fatal", "true"])
    assert "--on fatal: it takes info, warning, error" in capsys.readouterr().err


def test_what_was_guessed_is_said_once_before_its_numbers_are_believed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write(
        tmp_path / "log",
        *({"step": n, "prompt": "p", "output": f"so {n}", "a_reward": n, "b_reward": 1} for n in range(3)),
    )
    assert cli.main(["watch", str(tmp_path / "log"), "--once"]) == 0
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith(".: No reward was taken: a_reward, b_reward are parts of one")
