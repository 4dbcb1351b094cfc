from __future__ import annotations

import os
import time
from pathlib import Path
from typing import TYPE_CHECKING

from tensorboard_plugin_rlboard.sources.discovery import entries
from tensorboard_plugin_rlboard.sources.discovery import walk as walk_module
from tensorboard_plugin_rlboard.sources.discovery.logdir import Root, parse_roots
from tensorboard_plugin_rlboard.sources.discovery.source_file import SourceFile
from tensorboard_plugin_rlboard.sources.discovery.walk import has_log_file, list_sources, walk

if TYPE_CHECKING:
    import pytest


def put(path: Path, text: str = "{}\n") -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return path


def relatives(root: Path) -> list[str]:
    return [
        file.relative for files in list_sources(parse_roots(str(root), "")).runs.values() for file in files
    ]


def soon() -> float:
    return time.monotonic() + 60


def test_files_are_grouped_by_folder(tmp_path: Path) -> None:
    put(tmp_path / "here.jsonl")
    put(tmp_path / "b" / "2.jsonl")
    put(tmp_path / "b" / "1.jsonl", "{}\n{}\n")
    put(tmp_path / "b" / "notes.txt", "The seed was 3.\n")
    put(tmp_path / "a" / "deep" / "x.jsonl")
    (tmp_path / "empty").mkdir()
    found = list_sources(parse_roots(str(tmp_path), ""))
    assert {run: [file.relative for file in files] for run, files in found.runs.items()} == {
        ".": ["here.jsonl"],
        "a/deep": ["a/deep/x.jsonl"],
        "b": ["b/1.jsonl", "b/2.jsonl"],
    }
    assert found.problems == []
    first = found.runs["b"][0]
    facts = Path(first.path).stat()
    assert (first.size, first.mtime_ns) == (6, facts.st_mtime_ns)
    assert (first.inode, first.device) == (facts.st_ino, facts.st_dev)


def test_named_root_is_part_of_run_and_relative_path(tmp_path: Path) -> None:
    put(tmp_path / "here.jsonl")
    put(tmp_path / "sub" / "x.jsonl")
    files = [file for file in walk(parse_roots("", f"a:{tmp_path}")) if isinstance(file, SourceFile)]
    assert {(file.run, file.relative) for file in files} == {
        ("a/.", "a/here.jsonl"),
        ("a/sub", "a/sub/x.jsonl"),
    }


def test_hidden_files_and_git_are_left_out_but_hidden_folders_are_walked(tmp_path: Path) -> None:
    put(tmp_path / ".x.jsonl.swp")
    put(tmp_path / ".partial.jsonl")
    put(tmp_path / ".git" / "x.jsonl")
    put(tmp_path / ".art" / "x.jsonl")
    assert relatives(tmp_path) == [".art/x.jsonl"]


def test_folder_named_like_a_file_is_a_folder(tmp_path: Path) -> None:
    put(tmp_path / "x.jsonl" / "y.jsonl")
    assert relatives(tmp_path) == ["x.jsonl/y.jsonl"]


def test_linked_folder_and_file_are_followed(tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    put(outside / "seed" / "x.jsonl")
    logs = tmp_path / "logs"
    logs.mkdir()
    (logs / "linked").symlink_to(outside)
    (logs / "y.jsonl").symlink_to(outside / "seed" / "x.jsonl")
    assert relatives(logs) == ["y.jsonl", "linked/seed/x.jsonl"]


def test_link_back_to_a_folder_above_ends(tmp_path: Path) -> None:
    put(tmp_path / "a" / "x.jsonl")
    (tmp_path / "a" / "back").symlink_to(tmp_path)
    (tmp_path / "a" / "self").symlink_to(tmp_path / "a")
    found = list_sources(parse_roots(str(tmp_path), ""))
    assert list(found.runs) == ["a"]
    assert found.problems == []


def test_two_folders_that_link_to_each_other_end(tmp_path: Path) -> None:
    put(tmp_path / "a" / "x.jsonl")
    put(tmp_path / "b" / "y.jsonl")
    (tmp_path / "a" / "to_b").symlink_to(tmp_path / "b")
    (tmp_path / "b" / "to_a").symlink_to(tmp_path / "a")
    assert relatives(tmp_path) == ["a/x.jsonl", "a/to_b/y.jsonl", "b/y.jsonl", "b/to_a/x.jsonl"]


def test_of_the_names_of_a_folder_only_so_many_are_followed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(entries, "MAX_NAMES", 5)
    folders = [tmp_path / f"f{i}" for i in range(5)]
    for folder in folders:
        put(folder / "x.jsonl")
        for other in folders:
            if other != folder:
                (folder / f"to_{other.name}").symlink_to(other)
    found = list_sources(parse_roots(str(tmp_path), ""))
    real = [Path(files[0].path).resolve().parent.name for files in found.runs.values()]
    assert sorted(real) == sorted([folder.name for folder in folders] * 5), "there are 325 names"
    (reason,) = {problem.reason for problem in found.problems}
    assert reason.startswith(
        "Links lead to this folder by more than 5 names; it is read under the first 5 only."
    )


def test_broken_links_are_reported(tmp_path: Path) -> None:
    (tmp_path / "gone.jsonl").symlink_to(tmp_path / "nowhere")
    (tmp_path / "ring.jsonl").symlink_to(tmp_path / "ring.jsonl")
    (tmp_path / "gone_folder").symlink_to(tmp_path / "nowhere")
    put(tmp_path / "x.jsonl")
    found = list_sources(parse_roots(str(tmp_path), ""))
    assert list(found.runs) == ["."]
    assert sorted(Path(problem.path).name for problem in found.problems) == ["gone.jsonl", "ring.jsonl"]


def test_pipe_is_reported_and_not_opened(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.jsonl")
    found = list_sources(parse_roots(str(tmp_path), ""))
    assert found.runs == {}
    assert [problem.reason for problem in found.problems] == ["This is not a regular file."]


def test_unreadable_folder_is_reported_and_the_others_are_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(tmp_path / "closed" / "x.jsonl")
    put(tmp_path / "open" / "y.jsonl")
    real_scandir = os.scandir

    def scandir(path: str) -> object:
        if path.endswith("closed"):
            raise PermissionError(13, "Permission denied")
        return real_scandir(path)

    # Not chmod: the tests may run as root, whom no mode keeps out.
    monkeypatch.setattr(os, "scandir", scandir)
    found = list_sources(parse_roots(str(tmp_path), ""))
    assert list(found.runs) == ["open"]
    assert [(problem.path, problem.reason) for problem in found.problems] == [
        (str(tmp_path / "closed"), "Permission denied.")
    ]


def test_files_and_folders_that_vanish_during_the_walk_are_passed_over(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(tmp_path / "a" / "x.jsonl")
    put(tmp_path / "y.jsonl")
    put(tmp_path / "z.jsonl")
    real_stat, real_facts = Path.stat, walk_module._facts_of
    gone = FileNotFoundError(2, "No such file or directory")

    def stat(self: Path, *, follow_symlinks: bool = True) -> os.stat_result:
        if self.name == "a":
            raise gone
        return real_stat(self, follow_symlinks=follow_symlinks)

    def facts(entry: os.DirEntry[str]) -> os.stat_result:
        if entry.name == "y.jsonl":
            raise gone
        return real_facts(entry)

    monkeypatch.setattr(Path, "stat", stat)
    monkeypatch.setattr(walk_module, "_facts_of", facts)
    found = list_sources([Root("", str(tmp_path))])
    assert [file.relative for file in found.runs["."]] == ["z.jsonl"]
    assert found.problems == []


def test_root_that_is_missing_a_file_or_remote_is_reported(tmp_path: Path) -> None:
    file = put(tmp_path / "x.jsonl")
    spec = f"{tmp_path}/nowhere,{file},nowhere://bucket/logs"
    found = list_sources(parse_roots("", spec))
    assert found.runs == {}
    assert [problem.reason for problem in found.problems[:2]] == [
        "No such file or directory.",
        "This is a file, not a folder.",
    ]
    # What else may be wrong with an address is in remote/test_remote_logs.py.
    assert [problem.path for problem in found.problems[2:]] == ["nowhere://bucket/logs"]


def test_second_folder_of_the_same_run_name_is_reported(tmp_path: Path) -> None:
    put(tmp_path / "one" / "x.jsonl")
    put(tmp_path / "two" / "y.jsonl")
    found = list_sources(parse_roots("", f"{tmp_path}/one,{tmp_path}/two"))
    assert [file.path for file in found.runs["."]] == [str(tmp_path / "one" / "x.jsonl")]
    assert len(found.problems) == 1
    assert "--logdir_spec" in found.problems[0].reason


def test_first_file_says_whether_there_is_one(tmp_path: Path) -> None:
    assert not has_log_file(parse_roots(str(tmp_path), ""), soon())
    assert not has_log_file(parse_roots(str(tmp_path / "nowhere"), ""), soon())
    put(tmp_path / "a" / "b" / "x.jsonl")
    assert has_log_file(parse_roots(str(tmp_path), ""), soon())


def test_first_file_gives_up_at_the_deadline(tmp_path: Path) -> None:
    put(tmp_path / "x.jsonl")
    assert not has_log_file(parse_roots(str(tmp_path), ""), time.monotonic())


def test_name_that_is_not_utf8_is_found_and_printable(tmp_path: Path) -> None:
    name = os.fsdecode(b"caf\xe9.jsonl")
    put(tmp_path / name)
    (file,) = list_sources(parse_roots(str(tmp_path), "")).runs["."]
    assert file.relative == "caf\\xe9.jsonl"
    assert Path(file.path).read_text() == "{}\n"
