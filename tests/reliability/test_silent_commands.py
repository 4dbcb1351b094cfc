"""Each command beside a folder whose file system stops to answer: it does the rest, names the folder, and ends."""

from __future__ import annotations

import json
import threading
from pathlib import Path

import pytest
from rollout_log import long_line
from silent_files import silent_from

from tensorboard_plugin_rlboard.cli import main
from tensorboard_plugin_rlboard.operating_system import thread_cpu_seconds

pytestmark = pytest.mark.skipif(
    thread_cpu_seconds(threading.current_thread()) is None,
    reason="the system does not say what a thread computes",
)
COMMANDS = {
    "index": ["index", "{logs}", "--cache-dir", "{home}/cache"],
    "scalars": ["scalars", "{logs}", "--out", "{home}/scalars"],
    "report": ["report", "{logs}", "-o", "{home}/x.json"],
    "doctor": ["doctor", "{logs}"],
    "watch": ["watch", "{logs}", "--once"],
    "verify": ["verify", "{home}/quotes.txt", "--log", "{logs}"],
}
REST = {
    "index": "Indexed 1 file of 2 runs: 3 samples",
    "scalars": "good: ",
    "report": "runs: ",
    "doctor": "good",
    "watch": "",
    "verify": "0 of 1 quote ",
}
"""What says that the run beside it was read."""


@pytest.fixture
def logs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "user"))
    folder = tmp_path / "logs"
    for run, rows in (("good", 3), ("away", 400)):
        (folder / run).mkdir(parents=True)
        (folder / run / "a.jsonl").write_bytes(b"".join(long_line(number) for number in range(rows)))
    (tmp_path / "quotes.txt").write_text('{"id": "x", "position": 0, "quote": "r"}\n', "utf-8")
    return folder


def called(name: str, logs: Path) -> int:
    return main([word.format(logs=logs, home=logs.parent) for word in COMMANDS[name]])


@pytest.mark.parametrize("name", COMMANDS)
def test_a_command_does_the_rest_and_names_what_does_not_answer(
    name: str, logs: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    half = (logs / "away" / "a.jsonl").stat().st_size // 2
    with silent_from(logs / "away", half, tmp_path / "mounts", monkeypatch):
        assert called(name, logs) == 1
    said = capsys.readouterr()
    assert REST[name] in said.out
    assert "lies on a file system that does not answer" in said.out + said.err
    assert str(logs / "away") in said.out + said.err


def test_a_report_names_it_in_every_form_and_in_chinese(
    logs: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    half = (logs / "away" / "a.jsonl").stat().st_size // 2
    with silent_from(logs / "away", half, tmp_path / "mounts", monkeypatch):
        for suffix in ("html", "md", "json"):
            assert main(["report", str(logs), "-o", str(tmp_path / f"x.{suffix}")]) == 1
    (one,) = [
        each
        for each in json.loads((tmp_path / "x.json").read_text("utf-8"))["not_read"]
        if each["name"] == str(logs / "away")
    ]
    assert one["reason"].startswith("It lies on a file system that does not answer")
    assert "Not read: " in (tmp_path / "x.html").read_text("utf-8")
    assert "Not read: " in (tmp_path / "x.md").read_text("utf-8")
