"""Commands over a log directory in which a file system is silent: they do the rest, name the folder, and end when they are told to."""

from __future__ import annotations

import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from breaking.logs import lines
from breaking.silent_mount import STAGES, silent_mount
from checkout import ROOT
from tensorboard_process import environment

COMMANDS = {
    "index": (["index", "{logs}", "--cache-dir", "{home}/cache"], "1 file"),
    "index --workers 2": (["index", "{logs}", "--cache-dir", "{home}/cache", "--workers", "2"], "1 file"),
    "scalars": (["scalars", "{logs}", "--out", "{home}/scalars"], "a: "),
    "doctor": (["doctor", "{logs}"], "32 samples"),
    "report": (["report", "{logs}", "-o", "{home}/x.md"], "runs: "),
    "verify": (["verify", "{home}/quotes.txt", "--log", "{logs}"], "0 of 1 quote"),
    "watch": (["watch", "{logs}", "--once"], ""),
}
"""Name of a command -> its words, and what says that the run beside the folder was read."""
_ENDS_S, _STOPS_S = 90.0, 5.0
_INTERRUPTED = 130
_SILENT = "lies on a file system that does not answer"


def try_command(home: Path, name: str) -> tuple[str, list[str]]:
    """Calls a command once for each stage of `STAGES` but the last, and interrupts it once.

    Args:
        home: where all of it is made.
        name: of `COMMANDS`.

    Returns:
        What it says of the folder, and a sentence for each promise that was not kept.
    """
    words, rest = COMMANDS[name]
    failed: list[str] = []
    sentence = ""
    for stage in STAGES[:-1]:
        code, output, is_mounted = _call(home, words, stage, None)
        if not is_mounted:
            return "not tried: nothing may be mounted here", []
        sentence = next((line for line in output.splitlines() if _SILENT in line), sentence)
        failed += [] if code == 1 else [f"{stage}: it ends with {code}"]
        failed += [] if rest in output else [f"{stage}: the run beside it is not read"]
        failed += [] if _SILENT in output else [f"{stage}: nothing is said of it"]
    for number in (signal.SIGINT, signal.SIGTERM):
        code, output, _ = _call(home, words, STAGES[3], number)
        failed += [] if code == _INTERRUPTED else [f"{number.name}: it ends with {code}, {output[-200:]}"]
        left = [path.name for path in (home / "tmp").iterdir()]
        failed += [f"{number.name}: it leaves {left}"] if left else []
    return sentence.strip().replace(str(home), "").replace("/logs", "logs"), failed


def _call(
    home: Path, words: Sequence[str], stage: str, number: signal.Signals | None
) -> tuple[int | None, str, bool]:
    """Calls a command, tells it to end in the middle where a signal is given; its code, words, and whether there was a mount."""
    shutil.rmtree(home, ignore_errors=True)
    for folder in ("logs/a", "logs/away", "tmp"):
        (home / folder).mkdir(parents=True)
    (home / "logs" / "a" / "a.jsonl").write_bytes(b"".join(lines(range(1, 5), 8, 20)))
    (home / "quotes.txt").write_text('{"id": "x", "position": 0, "quote": "r"}\n', "utf-8")
    rows = b"".join(lines(range(1, 9), 8, 300))
    content = rows * (40 * 1024**2 // len(rows) if "--workers" in words else 1)
    with silent_mount(home / "logs" / "away", stage, content) as mount:
        if not mount.is_mounted:
            return None, "", False
        command = [sys.executable, "-m", "tensorboard_plugin_rlboard.cli"]
        command += [word.format(home=home, logs=home / "logs") for word in words]
        with subprocess.Popen(
            command,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            cwd=ROOT,
            env=environment(home / "tmp") | {"XDG_CACHE_HOME": str(home / "user")},
        ) as process:
            try:
                if number is not None:
                    time.sleep(_STOPS_S)
                    process.send_signal(number)
                output, _ = process.communicate(timeout=_ENDS_S if number is None else _STOPS_S)
            except subprocess.TimeoutExpired:
                process.kill()
                return None, "it does not end", True
    return process.returncode, output, True
