"""Files called rlboard.toml: which count, and how their changes are seen."""

from __future__ import annotations

import argparse
import os
from pathlib import Path
from typing import Any

import pytest
from settings_files import finder, write

from tensorboard_plugin_rlboard.loader import RLBoardLoader
from tensorboard_plugin_rlboard.training.settings import toml_file
from tensorboard_plugin_rlboard.training.settings.sections import (
    MappingSection,
    ScoresSection,
    Settings,
)


def test_the_nearest_file_wins_key_by_key(tmp_path: Path) -> None:
    write(
        tmp_path,
        '[config]\ngamma = 1\nlam = 1\n[mapping]\nresponse = "r"\nprompt = "p"\n[scalars]\nruns = "a"',
    )
    write(tmp_path / "exp", '[config]\ngamma = 2\n[mapping]\nprompt = "q"')
    run = tmp_path / "exp" / "run"
    run.mkdir()
    found = finder(tmp_path).for_path(str(run / "x.jsonl"))
    assert found.hyperparameters == {"gamma": 2, "lam": 1}
    assert found.hyperparameter_files == {"gamma": "exp/rlboard.toml", "lam": "rlboard.toml"}
    assert found.mapping.keys == {"prompt": "q", "response": "r"}
    assert found.scalar_runs == ("a",)
    assert found.file_names == ("exp/rlboard.toml", "rlboard.toml")
    assert finder(tmp_path).for_path(str(tmp_path)).hyperparameters == {"gamma": 1, "lam": 1}


def test_nothing_above_the_log_directory_counts(tmp_path: Path) -> None:
    write(tmp_path, "[config]\ngamma = 1")
    write(tmp_path / "logs-other", "[config]\ngamma = 1")
    logs = tmp_path / "logs"
    logs.mkdir()
    assert finder(logs).for_path(str(logs / "x.jsonl")) == Settings()
    assert finder(logs).for_path(str(tmp_path / "logs-other")) == Settings()


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"[mapping\n", "is no TOML, so nothing of it counts: "),
        (b"[mapping]\nprompt = question\n", "line 2, column 10). A text needs quotes"),
        (b"\xff\xfe", "it is no UTF-8"),
        (b"a = " + b"[" * 100_000, "line 1 has more than 32 lists or tables"),
        (("#é" * 200_000).encode(), "it has more than 262,144 bytes; keep settings only"),
    ],
)
def test_a_file_that_cannot_be_read_is_a_sentence(tmp_path: Path, content: bytes, reason: str) -> None:
    (tmp_path / "rlboard.toml").write_bytes(content)
    found = finder(tmp_path).for_path(str(tmp_path))
    assert len(found.problems) == 1
    assert found.problems[0].startswith("rlboard.toml ")
    assert reason in found.problems[0]
    assert found.mapping == MappingSection()


def test_a_folder_of_that_name_is_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "rlboard.toml").mkdir()
    assert "rlboard.toml cannot be read: " in finder(tmp_path).for_path(str(tmp_path)).problems[0]


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs named pipes")
def test_what_is_no_file_is_a_sentence_and_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "rlboard.toml")
    (problem,) = finder(tmp_path).for_path(str(tmp_path)).problems
    assert problem == "rlboard.toml cannot be read: it is no regular file."
    (problem,) = finder(tmp_path / "a", str(tmp_path / "rlboard.toml")).for_path(str(tmp_path / "a")).problems
    assert problem == f"{tmp_path / 'rlboard.toml'} cannot be read: it is no regular file."


def test_a_link_that_leads_nowhere_is_a_sentence(tmp_path: Path) -> None:
    link = tmp_path / "rlboard.toml"
    link.symlink_to("nowhere.toml")
    look = finder(tmp_path)
    assert look.for_path(str(tmp_path)).problems == (
        "rlboard.toml cannot be read: No such file or directory.",
    )
    link.unlink()
    assert look.for_path(str(tmp_path)).problems == ()


def test_the_flag_counts_first_and_its_paths_are_those_of_the_log_directory(tmp_path: Path) -> None:
    logs = tmp_path / "logs"
    write(logs, "[config]\ngamma = 1\nlam = 1")
    flag = tmp_path / "mine.toml"
    flag.write_text(
        '[config]\ngamma = 3\n[scalars]\nruns = "tb"\n[scores]\nfile = "scores.jsonl"', encoding="utf-8"
    )
    found = finder(logs, str(flag)).for_path(str(logs))
    assert found.hyperparameters == {"gamma": 3, "lam": 1}
    assert found.hyperparameter_files["gamma"] == str(flag)
    assert (found.scalar_runs, found.scores.file) == (("tb",), str(logs / "scores.jsonl"))
    assert finder(logs, str(flag)).for_path("s3://bucket/logs").hyperparameters == {"gamma": 3}
    named = finder(logs, str(flag), name="a")
    assert named.for_path(str(logs)).scalar_runs == ("a/tb",)


def test_a_wrong_flag_is_a_sentence(tmp_path: Path) -> None:
    for wrong in (str(tmp_path / "none.toml"), "~nobody/none.toml", "a\0b"):
        look = finder(tmp_path, wrong)
        assert look.for_path(str(tmp_path)).problems[0].startswith("--rlboard_config: there is no file ")
        assert look.problems


def test_flag_of_any_kind_is_taken_from_the_command_line() -> None:
    """TensorBoard must start whatever was written; the tab says what is wrong with it."""
    parser = argparse.ArgumentParser()
    RLBoardLoader().define_flags(parser)
    assert parser.parse_args([]).rlboard_config == ""
    assert parser.parse_args(["--rlboard_config", "/no/such/file"]).rlboard_config == "/no/such/file"
    parser.format_help()


def test_a_link_out_of_the_log_directory_is_not_followed(tmp_path: Path) -> None:
    logs = tmp_path / "logs"
    write(logs, '[scores]\nfile = "link.jsonl"\n[reference]\nfile = "inside.jsonl"')
    (tmp_path / "secret.jsonl").write_text("{}", encoding="utf-8")
    (logs / "real.jsonl").write_text("{}", encoding="utf-8")
    (logs / "link.jsonl").symlink_to(tmp_path / "secret.jsonl")
    (logs / "inside.jsonl").symlink_to(logs / "real.jsonl")
    found = finder(logs).for_path(str(logs))
    assert found.scores == ScoresSection()
    assert found.reference.file == str(logs / "inside.jsonl")
    assert len(found.problems) == 1
    # A run that is linked into the log directory is part of it, and so are the files beside its settings.
    write(tmp_path / "elsewhere", '[scores]\nfile = "s.jsonl"')
    (logs / "run").symlink_to(tmp_path / "elsewhere")
    assert finder(logs).for_path(str(logs / "run")).scores.file == str(logs / "run" / "s.jsonl")


def test_changes_are_seen_and_an_unchanged_file_is_read_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    reads: list[str] = []
    real = toml_file.read_settings_file

    def counted(path: str, shown: str, folder: str) -> Any:
        reads.append(shown)
        return real(path, shown, folder)

    monkeypatch.setattr(
        "tensorboard_plugin_rlboard.training.settings.toml_lookup.read_settings_file", counted
    )
    path = write(tmp_path, "[config]\ngamma = 1")
    (tmp_path / "a").mkdir()
    look = finder(tmp_path)
    first = look.for_path(str(tmp_path / "a"))
    assert look.for_path(str(tmp_path / "a")) is first
    assert look.for_path(str(tmp_path)).hyperparameters == {"gamma": 1}
    assert reads == ["rlboard.toml"]
    path.write_text("[config]\ngamma = 22", encoding="utf-8")
    assert look.for_path(str(tmp_path / "a")).hyperparameters == {"gamma": 22}
    path.unlink()
    assert look.for_path(str(tmp_path / "a")) == Settings()
    assert look.problems == ()


def test_asking_for_thousands_of_files_looks_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    look = finder(tmp_path, seconds=60.0)
    look.for_path(str(tmp_path))
    stats: list[str] = []
    real = os.stat

    def counted(path: Any, *args: Any, **kwargs: Any) -> os.stat_result:
        stats.append(str(path))
        return real(path, *args, **kwargs)

    monkeypatch.setattr(os, "stat", counted)
    for i in range(3000):
        look.for_path(str(tmp_path / f"{i}.jsonl"))
    assert not [path for path in stats if path.endswith("rlboard.toml")]
