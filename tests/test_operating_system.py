"""Other systems, simulated: what they lack, how they spell paths, and that one module knows of it."""

from __future__ import annotations

import ast
import ntpath
import os
import runpy
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path
from types import SimpleNamespace

import pytest
from repository import ROOT

from tensorboard_plugin_rlboard import operating_system
from tensorboard_plugin_rlboard.index.cache.cache_folder import named_folder
from tensorboard_plugin_rlboard.sources.discovery import logdir
from tensorboard_plugin_rlboard.sources.discovery.logdir import Root, run_name
from tensorboard_plugin_rlboard.sources.local_files import open_regular

PACKAGE = ROOT / "tensorboard_plugin_rlboard"
OF_ONE_SYSTEM = {
    ("sys", "platform"),
    ("os", "name"),
    ("os", "nice"),
    ("os", "setpriority"),
    ("os", "getuid"),
    ("os", "fork"),
    ("os", "execv"),
    ("os", "O_NONBLOCK"),
    ("signal", "SIGKILL"),
    ("signal", "SIGHUP"),
}
ELSEWHERE = {"writing/output/rank_files.py": "runs inside a training, and imports nothing else of ours"}


def uses(source: str) -> set[str]:
    """What a module has to do with one operating system: modules that not all have, attributes that differ."""
    found = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            found |= {name.name for name in node.names} & {"fcntl", "msvcrt", "winreg", "pwd", "resource"}
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            found |= {".".join(pair) for pair in [(node.value.id, node.attr)] if pair in OF_ONE_SYSTEM}
    return found


def test_one_module_knows_the_system() -> None:
    knowing = {
        path.relative_to(PACKAGE).as_posix()
        for path in PACKAGE.rglob("*.py")
        if uses(path.read_text("utf-8"))
    }
    assert knowing - set(ELSEWHERE) == {"operating_system.py"}


def test_processes_are_started_anew_and_never_forked() -> None:
    """A fork copies locks that other threads hold, and Windows knows none."""
    starting = [
        path.relative_to(PACKAGE).as_posix()
        for path in PACKAGE.rglob("*.py")
        if "multiprocessing.get_context" in path.read_text("utf-8")
    ]
    assert starting == ["cluster/process_engine.py"]
    assert 'get_context("spawn")' in (PACKAGE / starting[0]).read_text("utf-8")


def test_without_what_others_lack(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """As on Windows: no nice, no setpriority, no O_NONBLOCK, no user ids."""
    for name in ("nice", "setpriority", "getuid", "O_NONBLOCK", "O_CLOEXEC"):
        monkeypatch.delattr(os, name)
    monkeypatch.setattr(sys, "platform", "win32")
    found = runpy.run_path(str(PACKAGE / "operating_system.py"))
    assert found["OPEN_TO_READ"] == os.O_RDONLY
    found["lower_process_priority"]()
    assert found["run_at_lower_priority"](lambda: "done") == "done"
    assert found["is_own_folder"](tmp_path)
    assert not found["is_own_folder"](tmp_path / "missing")
    assert found["command_line"](["C:\\Program Files\\python.exe", "-m", "pip", "duckdb>=2.0"]) == (
        '"C:\\Program Files\\python.exe" -m pip duckdb>=2.0'
    )


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere threads have no priorities")
def test_what_yields_stands_behind_and_so_do_threads_that_it_starts() -> None:
    def nice() -> int:
        return os.getpriority(os.PRIO_PROCESS, threading.get_native_id())

    def started() -> tuple[int, int]:
        found: list[int] = []
        thread = threading.Thread(target=lambda: found.append(nice()))
        thread.start()
        thread.join()
        return nice(), found[0]

    before = nice()
    assert operating_system.run_at_lower_priority(started) == (before + 5, before + 5)
    assert nice() == before


def test_what_fails_while_it_yields_is_raised() -> None:
    with pytest.raises(ZeroDivisionError):
        operating_system.run_at_lower_priority(lambda: 1 / 0)


@pytest.mark.skipif(
    sys.platform != "linux", reason="elsewhere the system does not say what a thread computes"
)
def test_what_a_thread_has_computed_is_asked_without_touching_one_that_ended(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    seconds = operating_system.thread_cpu_seconds
    here = threading.current_thread()
    before = seconds(here)
    assert before == pytest.approx(time.thread_time(), abs=0.5)
    sum(range(200_000))
    assert (seconds(here) or 0) > (before or 0)
    ended = threading.Thread(target=bool)
    assert seconds(ended) is None
    ended.start()
    ended.join()
    assert seconds(ended) is None
    # Python has done with it a moment before the system has.
    while Path(f"/proc/self/task/{ended.native_id}").exists():
        time.sleep(0.001)
    # As when it ends between the question whether it lives and the one to its clock.
    monkeypatch.setattr(ended, "is_alive", lambda: True)
    assert seconds(ended) is None


class Limits:
    """The module `resource` of a system, which remembers what was limited."""

    RLIMIT_AS, RLIMIT_DATA, RLIM_INFINITY = 9, 2, -1

    def __init__(self, hard: int = RLIM_INFINITY, *, refuses: bool = False) -> None:
        self.hard, self.refuses = hard, refuses
        self.set: list[tuple[int, tuple[int, int]]] = []

    def getrlimit(self, _kind: int) -> tuple[int, int]:
        return self.hard, self.hard

    def setrlimit(self, kind: int, limits: tuple[int, int]) -> None:
        if self.refuses:
            raise ValueError("current limit exceeds maximum limit")
        self.set.append((kind, limits))


@pytest.mark.parametrize(
    ("platform", "limits", "expected"),
    [
        ("linux", Limits(), [(2, (5_000, -1))]),
        ("linux", Limits(hard=4_000), [(2, (4_000, 4_000))]),  # more than what the user has is refused
        ("linux", Limits(refuses=True), []),
        ("darwin", Limits(), []),  # it takes the limit and does not keep it
        ("win32", None, []),  # there is no such module
    ],
)
def test_memory_is_limited_where_the_system_can(
    monkeypatch: pytest.MonkeyPatch, platform: str, limits: Limits | None, expected: list[object]
) -> None:
    monkeypatch.setattr(sys, "platform", platform)
    monkeypatch.setattr(operating_system, "resource", limits)
    operating_system.limit_memory(5_000)
    assert (limits.set if limits else []) == expected
    most = operating_system.address_space_limit()
    assert most == (None if limits is None or limits.hard == -1 else limits.hard)


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux keeps such a limit")
def test_a_process_hears_of_its_limit_by_an_error() -> None:
    code = (
        "from tensorboard_plugin_rlboard.operating_system import limit_memory\n"
        "limit_memory(200_000_000)\n"
        "try:\n    bytearray(400_000_000)\nexcept MemoryError:\n    print('heard')\n"
        "print(len(bytearray(50_000_000)))\n"
    )
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, check=True)
    assert said.stdout.split() == ["heard", "50000000"]


def test_a_process_takes_the_place_of_this_one_only_where_it_can(monkeypatch: pytest.MonkeyPatch) -> None:
    replaced = SimpleNamespace(commands=[])

    def run(command: list[str], *, check: bool) -> SimpleNamespace:
        assert not check
        replaced.commands.append(command)
        return SimpleNamespace(returncode=3)

    monkeypatch.setattr(operating_system, "os", SimpleNamespace(name="nt"))
    monkeypatch.setattr(subprocess, "run", run)
    assert operating_system.replace_process(["python", "-V"]) == 3
    assert replaced.commands == [["python", "-V"]]
    assert not operating_system.can_take_over_ports()


def test_runs_below_a_folder_with_backslashes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(logdir, "os", SimpleNamespace(path=ntpath, sep="\\"))
    root = Root("", "C:\\logs")
    assert run_name(root, "C:\\logs\\ppo\\seed1") == "ppo/seed1"
    assert run_name(root, "C:\\logs") == "."
    assert run_name(Root("a", "C:\\logs"), "C:\\logs\\ppo") == "a/ppo"


def test_the_home_of_nobody_with_backslashes() -> None:
    with pytest.raises(ValueError, match=r"no home folder ~no-such-user-7:"):
        named_folder("~no-such-user-7\\cache")


def test_a_process_ends_with_its_parent_and_hears_it_before() -> None:
    code = (
        "import sys, threading\n"
        "from tensorboard_plugin_rlboard.operating_system import end_with_parent\n"
        "heard = threading.Event()\n"
        "end_with_parent(sys.stdin.fileno(), heard.set)\n"
        "heard.wait(60); print('heard', flush=True); threading.Event().wait(60)\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=ROOT
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(b"\n")
        process.stdin.flush()
        assert process.stdout.readline().strip() == b"heard"
        process.stdin.close()
        assert process.wait(60) == 1


def test_ctrl_c_is_for_the_parent() -> None:
    before = signal.getsignal(signal.SIGINT), signal.getsignal(signal.SIGTERM)
    try:
        operating_system.ignore_interrupts()
        assert signal.getsignal(signal.SIGINT) is signal.SIG_IGN
        assert signal.getsignal(signal.SIGTERM) is signal.SIG_DFL
    finally:
        signal.signal(signal.SIGINT, before[0])
        signal.signal(signal.SIGTERM, before[1])


def test_opening_without_the_flags_of_this_system(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("tensorboard_plugin_rlboard.sources.local_files.OPEN_TO_READ", os.O_RDONLY)
    (tmp_path / "a").write_bytes(b"abc")
    with open_regular(tmp_path / "a") as file:
        assert file.read() == b"abc"
