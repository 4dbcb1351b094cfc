"""Ctrl-C and SIGTERM end a command in time, whatever holds it, and it ends by itself where it can."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from repository import ROOT

from tensorboard_plugin_rlboard.cli import main
from tensorboard_plugin_rlboard.commands import interruption

SCRIPT = """
import os, signal, sys, time
from tensorboard_plugin_rlboard.commands import interruption

signal.signal(signal.SIGINT, signal.default_int_handler)

def held():
    print("begun", flush=True)
    os.read(os.pipe()[0], 1)

def willing():
    try:
        print("begun", flush=True)
        while True:
            time.sleep(0.05)
    except KeyboardInterrupt:
        print("ended by itself", flush=True)
        return 7

interruption._END_SECONDS = 0.3 if sys.argv[1] == "held" else 60
sys.exit(interruption.run_interruptibly(globals()[sys.argv[1]], lambda: print("given up", flush=True), ends_process=True))
"""
IN_CHILD = """
import sys
from tensorboard_plugin_rlboard.commands import interruption

interruption._CHILD = sys.argv[1]
interruption._END_SECONDS = float(sys.argv[2])
sys.exit(interruption.run_in_child(["a", "b"], lambda: print("given up", flush=True)))
"""
DEAF = """
import os, signal, subprocess, sys, time
left = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(1000)"])
for number in (signal.SIGINT, signal.SIGTERM):  # as Ray, which puts off Ctrl-C while it starts
    signal.signal(number, lambda *_: None)
print("begun", os.getpid(), left.pid, flush=True)
while True:
    time.sleep(0.05)
"""
WILLING = """
import os, sys, time
try:
    print("begun", os.getpid(), flush=True)
    time.sleep(1000)
except KeyboardInterrupt:
    print("ended by itself", *sys.argv[1:], flush=True)
    sys.exit(7)
"""
FORCED = "Interrupted, and ended by force. The same command goes on from what is kept.\n"


@pytest.mark.skipif(os.name == "nt", reason="signals of POSIX")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
@pytest.mark.parametrize(
    ("work", "said", "code"),
    [
        ("held", "given up", 130),
        ("willing", "ended by itself\ngiven up", 7),
    ],
)
def test_a_command_ends_when_it_is_told_to_whatever_holds_it(
    number: int, work: str, said: str, code: int
) -> None:
    with started(SCRIPT, work) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "begun\n"
        process.send_signal(number)
        assert process.communicate(timeout=60)[0].strip() == said
        assert process.returncode == code


@pytest.mark.skipif(os.name == "nt", reason="signals of POSIX")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
@pytest.mark.parametrize(
    ("work", "seconds", "said", "complained", "code"),
    [
        (DEAF, "0.3", "given up", FORCED, 130),
        (WILLING, "60", "ended by itself a b\ngiven up", "", 7),
    ],
)
def test_a_command_in_a_process_of_its_own_ends_with_this_one(
    number: int, work: str, seconds: str, said: str, complained: str, code: int
) -> None:
    with started(IN_CHILD, work, seconds) as process:
        assert process.stdout is not None
        begun = process.stdout.readline().split()
        assert begun[0] == "begun"
        process.send_signal(number)
        out, err = process.communicate(timeout=60)
        assert (out.strip(), err, process.returncode) == (said, complained, code)
    for pid in begun[1:]:
        assert has_ended(int(pid))


def has_ended(pid: int) -> bool:
    """Whether a process ends within some seconds. Whoever takes in orphans may be slow to take note of their end."""
    end = time.monotonic() + 30
    while time.monotonic() < end:
        try:
            if Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z":
                return True
            os.kill(pid, 0)
        except (ProcessLookupError, FileNotFoundError):
            return True
        time.sleep(0.05)
    return False


def started(script: str, *words: str) -> subprocess.Popen[str]:
    """A Python that hears Ctrl-C although a shell put the tests into the background."""
    script = f"import signal; signal.signal(signal.SIGINT, signal.default_int_handler)\n{script}"
    return subprocess.Popen(
        [sys.executable, "-c", script, *words],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=ROOT,
    )


def test_what_a_command_returns_or_raises_is_its_own() -> None:
    def fails() -> int:
        raise LookupError("why")

    before = signal.getsignal(signal.SIGTERM)
    assert interruption.run_interruptibly(lambda: 3, pytest.fail) == 3
    with pytest.raises(LookupError, match="why"):
        interruption.run_interruptibly(fails, pytest.fail)
    assert signal.getsignal(signal.SIGTERM) == before


def test_a_process_of_its_own_does_what_the_command_line_says(capfd: pytest.CaptureFixture[str]) -> None:
    before = signal.getsignal(signal.SIGTERM)
    with pytest.raises(SystemExit):
        main(["--version"])
    version = capfd.readouterr().out
    assert interruption.run_in_child(["--version"], pytest.fail) == 0
    assert capfd.readouterr().out == version
    assert interruption.run_in_child(["nonsense"], pytest.fail) == 2
    assert signal.getsignal(signal.SIGTERM) == before
