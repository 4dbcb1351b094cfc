"""File systems that do not answer are not entered; what lies beside them is."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from rollout_log import TestLog, row

from tensorboard_plugin_rlboard.index.update import discovery
from tensorboard_plugin_rlboard.sources import mounts as mounts_module
from tensorboard_plugin_rlboard.sources.discovery import entries
from tensorboard_plugin_rlboard.sources.discovery import walk as walk_module
from tensorboard_plugin_rlboard.sources.discovery.logdir import parse_roots
from tensorboard_plugin_rlboard.sources.discovery.walk import list_sources
from tensorboard_plugin_rlboard.sources.mounts import Mounts, SilentError

SILENT = "It lies on a file system that does not answer"


class Servers:
    """A table of mounts in which folders are of file servers, some of which do not answer until `answer` is set."""

    def __init__(self, folder: Path, patch: pytest.MonkeyPatch) -> None:
        self.table = folder / "mountinfo"
        self.silent: set[str] = set()
        self.answer = threading.Event()
        self.asked: list[str] = []
        self.mount("/", "ext4")
        really_ask = mounts_module._ask

        def ask(mount: str, asked: mounts_module._Asked) -> None:
            self.asked.append(mount)
            if mount in self.silent:
                self.answer.wait(60)
            really_ask(mount, asked)

        patch.setattr(mounts_module, "_ask", ask)
        mounts = Mounts(self.table, wait_s=0.2)
        for module in (entries, walk_module, discovery):
            patch.setattr(module, "mounts", mounts)

    def mount(self, path: str | Path, kind: str = "nfs4") -> str:
        shown = str(path).replace(" ", "\\040")
        with self.table.open("a", encoding="utf-8") as table:
            table.write(f"36 35 98:0 / {shown} rw,noatime shared:1 - {kind} server:/data rw\n")
        return str(path)


@pytest.fixture
def servers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Servers]:
    made = Servers(tmp_path, monkeypatch)
    yield made
    made.answer.set()  # else its threads wait on, and tests that join them


@pytest.fixture
def logs(tmp_path: Path) -> Path:
    folder = tmp_path / "logs"
    for run in ("a", "far away", "z"):
        (folder / run).mkdir(parents=True)
        (folder / run / "x.jsonl").write_text('{"step": 1, "response": "r"}\n')
    return folder


def found(logs: Path) -> tuple[list[str], list[tuple[str, str]]]:
    listing = list_sources(parse_roots(str(logs), ""))
    return list(listing.runs), [(problem.path, problem.reason) for problem in listing.problems]


def test_a_silent_mount_is_left_out_until_it_answers(servers: Servers, logs: Path) -> None:
    silent = servers.mount(logs / "far away")
    servers.silent.add(silent)
    for _ in range(2):
        runs, [(path, reason)] = found(logs)
        assert (runs, path) == (["a", "z"], silent)
        assert reason.startswith(f"{SILENT} ({silent})")
    assert servers.asked == [silent], "nobody waits a second time for an answer that has not come"
    servers.silent.clear()
    servers.answer.set()
    for thread in threading.enumerate():
        if thread.name == "rlboard-mount":
            thread.join()
    assert found(logs) == (["a", "far away", "z"], [])


def test_mounts_that_answer_are_entered_and_own_disks_are_not_asked(servers: Servers, logs: Path) -> None:
    far = servers.mount(logs / "far away", "fuse.sshfs")
    servers.mount(logs / "z", "xfs")
    assert found(logs) == (["a", "far away", "z"], [])
    assert servers.asked == [far]


def test_a_log_directory_that_is_silent_itself(servers: Servers, logs: Path) -> None:
    servers.silent.add(servers.mount(logs.parent))
    runs, [(path, reason)] = found(logs)
    assert (runs, path) == ([], str(logs))
    assert reason.startswith(SILENT)


def test_a_link_to_a_silent_mount_is_not_followed(servers: Servers, logs: Path, tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    servers.silent.add(servers.mount(elsewhere))
    (logs / "linked").symlink_to(elsewhere / "run")
    (logs / "near").symlink_to("a")
    runs, [(path, _)] = found(logs)
    assert (runs, path) == (["a", "far away", "near", "z"], str(logs / "linked"))


def test_mounts_are_known_by_their_real_path(servers: Servers, logs: Path, tmp_path: Path) -> None:
    servers.silent.add(servers.mount(logs / "far away"))
    (tmp_path / "link").symlink_to(logs)
    runs, [(path, _)] = found(tmp_path / "link")
    assert (runs, path) == (["a", "z"], str(tmp_path / "link" / "far away"))


def test_where_nothing_is_known_of_mounts_all_is_entered(logs: Path, tmp_path: Path) -> None:
    mounts = Mounts(tmp_path / "none")
    mounts.begin_scan()
    assert mounts.check_silence(str(logs)) == ""


def test_what_is_asked_of_a_mount_is_given_up_in_time(servers: Servers, logs: Path) -> None:
    far = servers.mount(logs / "far away")
    mounts = Mounts(servers.table, wait_s=0.2)
    mounts.begin_scan()
    for run in ("a", "far away"):
        assert mounts.check_silence(str(logs / run)) == ""
    near, away = str(logs / "a" / "x.jsonl"), str(logs / "far away" / "x.jsonl")
    assert (mounts.foreign_mount(near), mounts.foreign_mount(away)) == ("", far)
    assert mounts.run_in_time(away, lambda: 7) == 7
    with pytest.raises(ZeroDivisionError):
        mounts.run_in_time(away, lambda: 1 // 0)
    comes = threading.Event()
    with pytest.raises(SilentError, match=f"does not answer \\({far}\\)"):
        mounts.run_in_time(away, lambda: comes.wait(60))
    asked: list[int] = []
    with pytest.raises(SilentError):
        mounts.run_in_time(away, lambda: asked.append(1))
    assert asked == [], "nobody waits for an answer that has not come"
    assert mounts.run_in_time(near, threading.get_ident) == threading.get_ident(), (
        "own disks are asked at once"
    )
    mounts.begin_scan()
    assert mounts.check_silence(far).startswith(SILENT)
    assert mounts.known_silence(away).startswith(SILENT)
    assert mounts.known_silence(str(logs / "far away too")) == ""
    comes.set()
    while not mounts._asked[far].answered.wait(1):
        pass
    assert mounts.run_in_time(away, lambda: 8) == 8
    mounts.begin_scan()
    assert mounts.check_silence(far) == ""


def test_rows_of_a_run_stay_while_its_mount_is_silent(servers: Servers, test_log: TestLog) -> None:
    test_log.write(row(1), row(2), file="far/a.jsonl")
    far = servers.mount(test_log.folder / "far")
    indexer = test_log.indexer()
    indexer.index_now()
    servers.silent.add(far)
    indexer.index_now()
    run = indexer.registry.runs["far"]
    assert (run.samples, run.is_pending) == (2, False)
    assert run.message.startswith(f"far/a.jsonl cannot be read: {SILENT} ({far})")
    servers.silent.clear()
    servers.answer.set()
    for thread in threading.enumerate():
        if thread.name == "rlboard-mount":
            thread.join()
    test_log.append(row(3), file="far/a.jsonl")
    indexer.index_now()
    assert (run.samples, run.message) == (3, "")
