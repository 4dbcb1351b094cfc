"""The short form of the faults: every change of a file, every damage of a kept index; and that they, and kills, are noticed."""

from __future__ import annotations

import io
import os
import signal
import subprocess
import sys
import time
import urllib.error
from email.message import Message
from pathlib import Path

import pytest
from breaking import targets
from breaking.answers import answers, differing
from breaking.file_faults import BEFORE, EMPTY, FILE_FAULTS, FileFault, try_file
from breaking.spoiled_caches import DAMAGES, spoil_caches
from tensorboard_process import children_of


@pytest.mark.parametrize("name", FILE_FAULTS)
def test_a_file_that_changes_is_what_a_clean_build_makes_of_it(name: str, tmp_path: Path) -> None:
    _, failed = try_file(tmp_path, FILE_FAULTS[name])
    assert failed == []


def test_something_else_than_a_clean_build_is_noticed(tmp_path: Path) -> None:
    assert len(BEFORE.splitlines()) == 160
    _, failed = try_file(tmp_path, FileFault(lambda path: path.write_bytes(BEFORE), EMPTY))
    assert failed == ["it is gone without a word"]


def test_a_spoiled_index_is_built_anew(tmp_path: Path) -> None:
    spoiled = spoil_caches(tmp_path, len(DAMAGES), seed=3)
    assert spoiled.failures == []
    assert spoiled.counts == dict.fromkeys(DAMAGES, 1)


def test_answers_that_differ_or_are_missing_are_named() -> None:
    assert differing({"a": "1", "b": "2"}, {"a": "1", "b": "3", "c": "4"}) == ["b", "c"]


def test_an_error_is_an_answer_that_differs() -> None:
    class Refusing:
        def ask(self, route: str) -> dict[str, list[dict[str, str]]]:
            assert route == "runs"
            return {"runs": [{"run": "a"}]}

        def ask_bytes(self, route: str, **_: object) -> bytes:
            raise urllib.error.HTTPError(route, 400, "", Message(), io.BytesIO(b"no such metric"))

    answer = answers(Refusing())  # type: ignore[arg-type]  # what is asked of a server, and no more
    assert len(answer) == 5
    assert set(answer.values()) == {"400 b'no such metric'"}


def test_a_process_that_was_started_is_found() -> None:

    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as process:
        assert process.pid in children_of(os.getpid())
        process.kill()


def test_a_process_that_outlives_the_one_that_is_killed_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(targets, "_END_TIMEOUT_S", 0.2)
    program = "import subprocess, sys; subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)']); input()"
    with subprocess.Popen([sys.executable, "-c", program], stdin=subprocess.PIPE) as process:
        while not (below := children_of(process.pid)):
            time.sleep(0.01)
        try:
            (outcome,) = targets.kill_at(process, 0.2) or []
        finally:
            os.kill(below[0], signal.SIGKILL)
    assert outcome.endswith("outlives it")


def test_who_has_ended_before_is_not_killed() -> None:
    with subprocess.Popen([sys.executable, "-c", "pass"]) as process:
        assert targets.kill_at(process, 60) is None
