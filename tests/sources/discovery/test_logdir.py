from __future__ import annotations

import os
from types import SimpleNamespace
from typing import TYPE_CHECKING

import pytest
from tensorboard.backend.event_processing import data_ingester
from tensorboard.compat.proto.event_pb2 import Event
from tensorboard.summary.writer.event_file_writer import EventFileWriter

from tensorboard_plugin_rlboard.sources.addresses import printable_path
from tensorboard_plugin_rlboard.sources.discovery.logdir import Root, parse_roots, run_name
from tensorboard_plugin_rlboard.sources.discovery.walk import list_sources

if TYPE_CHECKING:
    from pathlib import Path


def test_logdir_is_one_unnamed_root() -> None:
    assert parse_roots("/data/logs", "") == [Root("", "/data/logs")]


def test_logdir_wins_over_spec() -> None:
    assert parse_roots("/data/logs", "a:/elsewhere") == [Root("", "/data/logs")]


def test_nothing_given_is_nothing_to_look_in() -> None:
    assert parse_roots("", "") == []


def test_home_and_relative_paths_are_made_absolute(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    here = str(tmp_path)
    assert parse_roots("~/x", "") == [Root("", f"{here}/x")]
    assert parse_roots("./x", "") == [Root("", f"{here}/x")]
    assert [root.path for root in parse_roots("", "a:~/x,y")] == [
        os.path.realpath(f"{here}/x"),
        os.path.realpath(f"{here}/y"),
    ]


def test_unknown_user_is_kept_as_typed() -> None:
    assert parse_roots("~no_such_user_here/x", "")[0].path.endswith("~no_such_user_here/x")


SPECS = [
    "a:/x/one,b:/x/two",
    "/x/one,/x/two",
    "a:/x/one,/x/two",
    "/x:with/colon",
    "a:/x:with/colon",
    "s3://bucket/x",
    "a:s3://bucket/x",
    ":/x",
    "a:/x,b:/x",
    "a:relative/path",
    "~/x",
    "a:~/x",
    "a:/x,",
]


@pytest.mark.parametrize("spec", SPECS)
def test_spec_is_read_as_tensorboard_reads_it(spec: str) -> None:
    theirs = data_ingester._parse_event_files_spec(spec)
    assert {root.path: root.run_prefix for root in parse_roots("", spec)} == {
        path: name or "" for path, name in theirs.items()
    }


def test_remote_roots_are_told_from_local_ones() -> None:
    assert [root.is_local for root in parse_roots("", "a:s3://bucket/x,b:/x")] == [False, True]


@pytest.mark.parametrize(
    ("prefix", "folder", "name"),
    [
        ("", "/x", "."),
        ("", "/x/ppo/seed1", "ppo/seed1"),
        ("a", "/x", "a/."),
        ("a", "/x/ppo/seed1", "a/ppo/seed1"),
        ("", "/x/模型", "模型"),
    ],
)
def test_run_names(prefix: str, folder: str, name: str) -> None:
    assert run_name(Root(prefix, "/x"), folder) == name


def test_names_that_are_not_utf8_stay_printable() -> None:
    assert printable_path(os.fsdecode(b"a\xffb")) == "a\\xffb"
    assert printable_path("模型") == "模型"


def write_run(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    writer = EventFileWriter(str(folder))
    writer.add_event(Event(step=1, wall_time=1.0))
    writer.close()
    (folder / "rollouts.jsonl").write_text("{}\n")


@pytest.mark.parametrize("spec", ["", "a:{}", "{}", "a:{}/ppo,b:{}/ppo/seed1", "a/b:{}/ppo", "a/:{}"])
def test_runs_are_named_as_tensorboard_names_them(tmp_path: Path, spec: str) -> None:
    for folder in (".", "ppo/seed1", "ppo/seed 2", "grpo/模型", ".hidden/run"):
        write_run(tmp_path / folder)
    (tmp_path / "linked").symlink_to(tmp_path / "ppo")
    logdir = "" if spec else str(tmp_path)
    spec = spec.replace("{}", str(tmp_path))
    flags = SimpleNamespace(
        logdir=logdir,
        logdir_spec=spec,
        samples_per_plugin={},
        purge_orphaned_data=True,
        max_reload_threads=1,
        reload_multifile=False,
        detect_file_replacement=None,
        reload_interval=0,
        reload_task="blocking",
    )
    ingester = data_ingester.LocalDataIngester(flags)
    ingester.start()
    theirs = ingester.deprecated_multiplexer.Runs()
    assert sorted(list_sources(parse_roots(logdir, spec)).runs) == sorted(theirs)
