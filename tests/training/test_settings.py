from __future__ import annotations

import argparse
import os
import re
import time
from pathlib import Path, PurePosixPath
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from repository import ROOT

from tensorboard_plugin_rlboard.formats.base import KeyMapping, PathDefaults
from tensorboard_plugin_rlboard.formats.generic import key_mapping
from tensorboard_plugin_rlboard.loader import RLBoardLoader
from tensorboard_plugin_rlboard.sources.discovery.logdir import Root
from tensorboard_plugin_rlboard.texts import TextRules
from tensorboard_plugin_rlboard.training.settings import toml_file
from tensorboard_plugin_rlboard.training.settings.sections import (
    MappingSection,
    ReferenceSection,
    ScoresSection,
    Settings,
)
from tensorboard_plugin_rlboard.training.settings.toml_lookup import SettingsFinder

WHOLE = """
[mapping]
prompt = "question"
response = "info.answer"
files = "*.jsonl"
step_from = 'step_([0-9]+)'
split = "eval"

[mapping.columns]
accuracy = "info.acc"

[scalars]
runs = ["../runs/x", "."]

[config]
gamma = 0.99
algorithm = "grpo"
[config.optimizer]
lr = 1e-6

[reference]
file = "reference.jsonl"

[scores]
file = "later/scores.jsonl"

[text]
pad = ["<pad>"]
system_end = "<|im_end|>"
"""


def write(folder: Path, text: str) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "rlboard.toml"
    path.write_text(text, encoding="utf-8")
    return path


def finder(root: Path, given: str = "", name: str = "", seconds: float = 0.0) -> SettingsFinder:
    return SettingsFinder([Root(name, str(root))], given, seconds)


def test_every_section_is_read(tmp_path: Path) -> None:
    write(tmp_path / "exp" / "completions", WHOLE)
    found = finder(tmp_path).for_path(str(tmp_path / "exp" / "completions"))
    assert found.problems == ()
    assert found == Settings(
        mapping=MappingSection(
            keys={"prompt": "question", "response": "info.answer", "columns.accuracy": "info.acc"},
            file_pattern="*.jsonl",
            step_from="step_([0-9]+)",
            split="eval",
        ),
        scalar_runs=("exp/runs/x", "exp/completions"),
        hyperparameters={"gamma": 0.99, "algorithm": "grpo", "optimizer.lr": 1e-6},
        hyperparameter_files=dict.fromkeys(
            ("gamma", "algorithm", "optimizer.lr"), "exp/completions/rlboard.toml"
        ),
        reference=ReferenceSection(file=str(tmp_path / "exp" / "completions" / "reference.jsonl")),
        scores=ScoresSection(str(tmp_path / "exp" / "completions" / "later" / "scores.jsonl")),
        text_rules=TextRules(("<pad>",), "<|im_end|>"),
        file_names=("exp/completions/rlboard.toml",),
    )


def test_without_a_file_nothing_is_said(tmp_path: Path) -> None:
    assert finder(tmp_path).for_path(str(tmp_path)) == Settings()
    assert finder(tmp_path).for_path(str(tmp_path / "gone" / "x.jsonl")) == Settings()
    assert SettingsFinder([], "").for_path("/anywhere") == Settings()


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


def test_alternatives_of_a_reference_do_not_add_up(tmp_path: Path) -> None:
    write(tmp_path, '[reference]\nfile = "r.jsonl"')
    write(tmp_path / "a", '[reference]\nrun = "../b"')
    write(tmp_path / "c", "[reference]\nfirst_visit = true")
    write(tmp_path / "d", '[reference]\nfirst_visit = true\nrun = "../b"')
    look = finder(tmp_path)
    assert look.for_path(str(tmp_path / "a")).reference == ReferenceSection(run="b")
    assert look.for_path(str(tmp_path / "c")).reference == ReferenceSection(first_visit=True)
    assert look.for_path(str(tmp_path)).reference == ReferenceSection(file=str(tmp_path / "r.jsonl"))
    several = look.for_path(str(tmp_path / "d"))
    assert several.reference == ReferenceSection(run="b")
    assert several.problems == (
        "d/rlboard.toml: [reference] takes one of run, first_visit; run counts, take the others out.",
    )


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("[maping]\na = 1", "rlboard.toml: there is no section [maping] (did you mean mapping?)."),
        ("[zzz]", "there is no section [zzz] (it takes mapping, scalars, config, reference, scores, text)."),
        ("mapping = 1", "rlboard.toml: mapping must be a section; write [mapping] and its keys below it."),
        (
            '[mapping]\nrespnse = "x"',
            "[mapping] respnse is not known (did you mean response?); it is left out.",
        ),
        (
            "[mapping]\nresponse = 3",
            "[mapping] response must be a text in quotes, not a number; it is left out.",
        ),
        (
            '[mapping]\nresponse = ""',
            "[mapping] response is empty; write a text or take the line out; it is left out.",
        ),
        ("[mapping]\ncolumns = 3", "[mapping] columns must be a section [mapping.columns]"),
        (
            '[mapping.columns]\nreward = "x"',
            "[mapping] columns has reward, which is a word of [mapping] itself",
        ),
        ("[mapping]\nstep_from = '['", "[mapping] step_from is no regular expression"),
        ("[mapping]\nstep_from = 'step'", "[mapping] step_from has 0 groups; it takes one around the number"),
        ("[mapping]\nstep_from = '(a)(b)'", "step_from has 2 groups"),
        ("[mapping]\nstep_from = '(" + "a" * 300 + ")'", "step_from is longer than 200 characters"),
        ("[mapping]\nstep_from = '(a+)+$'", "step_from repeats a group, or more than 3 times anything"),
        ("[mapping]\nstep_from = '(?x)(a+) +$'", "step_from repeats a group"),
        (
            "[mapping]\nstep_from = '.*.*.*.*([0-9])'",
            "step_from repeats a group, or more than 3 times anything",
        ),
        ("[scalars]\nrun = 'x'", "[scalars] run is not known (did you mean runs?)"),
        ("[scalars]\nruns = [1]", "[scalars] runs must be a text in quotes, not a number"),
        (
            "[scalars]\nruns = ['../../x']",
            "../../x does not lie below the log directory, so it is not opened; move it",
        ),
        ("[config]\na = [1]", "[config] a must be one text, number, true or false, not a list"),
        ("[config]\na = 2026-01-01", "[config] a must be one text, number, true or false, not a date"),
        ("[reference]\nfirst_visit = 'yes'", "[reference] first_visit must be true or false without quotes"),
        ("[reference]\nfile = '/etc/passwd'", "/etc/passwd does not lie below the log directory"),
        ("[scores]\nfile = true", "[scores] file must be a text in quotes, not true or false"),
        ("[scores]\nfile = '../../scores.jsonl'", "../../scores.jsonl does not lie below the log directory"),
        ("[text]\nzzz = 'x'", "[text] zzz is not known (it takes pad, system_end)"),
        ("[text]\npad = [[]]", "[text] pad must be a text in quotes, not a list"),
    ],
)
def test_each_mistake_is_a_sentence_and_the_rest_stays(tmp_path: Path, text: str, sentence: str) -> None:
    run = tmp_path / "run"
    write(run, f"{text}\n")
    write(tmp_path, '[mapping]\nresponse = "kept"\n[config]\ngamma = 0.5')
    look = finder(tmp_path)
    found = look.for_path(str(run))
    assert len(found.problems) == 1, found.problems
    assert sentence in found.problems[0]
    assert found.problems[0].startswith("run/rlboard.toml: ")
    assert found.problems[0].endswith(".")
    assert found.mapping.keys["response"] == "kept"
    assert found.hyperparameters["gamma"] == 0.5
    assert (found.reference, found.scores) == (ReferenceSection(), ScoresSection())
    assert look.problems == found.problems


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"[mapping\n", "is no TOML, so nothing of it counts: "),
        (b"\xff\xfe", "it is no UTF-8"),
        (b"a = " + b"[" * 100_000, "is no TOML"),
        (b"#" * 1_000_001, "larger than 1,000,000 bytes"),
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

    monkeypatch.setattr("tensorboard_plugin_rlboard.training.settings.toml_lookup.read", counted)
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


@pytest.mark.parametrize(
    ("files", "path", "applies"),
    [
        ("", "a/b.jsonl", True),
        ("*.jsonl", "a/b.jsonl", True),
        ("*.jsonl", "a/b.jsonl.gz", True),
        ("*.jsonl", "a/b.parquet", False),
        ("eval/*.jsonl", "a/eval/b.jsonl", True),
        ("eval/*.jsonl", "a/train/b.jsonl", False),
        ("b.jsonl", "a/b.jsonl", True),
    ],
)
def test_a_rule_is_for_the_files_that_it_names(files: str, path: str, applies: bool) -> None:
    assert MappingSection(file_pattern=files).applies_to(PurePosixPath(path)) is applies


def test_a_rule_tells_step_and_split_from_the_path() -> None:
    rule = MappingSection(step_from="step_([0-9]+)", split="eval")
    assert rule.path_defaults(PurePosixPath("a/step_12/x.jsonl")) == PathDefaults(12, "eval")
    assert rule.path_defaults(PurePosixPath("a/x.jsonl")) == PathDefaults(None, "eval")
    assert MappingSection(step_from="(.*)").path_defaults(PurePosixPath("a")) == PathDefaults()
    assert MappingSection().path_defaults(PurePosixPath("step_1/x")) == PathDefaults()


def test_no_pattern_that_is_taken_holds_the_index_up(tmp_path: Path) -> None:
    path = PurePosixPath("/".join(["a" * 60] * 5) + "/x")
    for pattern in (
        ".*.*(.*)b",
        "a*a*(a*)b",
        "(?:a?){9}(b)",
        r"[*+]\+\*(\d+)[)]+",
        "(?:step|iter)_?([0-9]+)/.*",
    ):
        write(tmp_path, f"[mapping]\nstep_from = '{pattern}'")
        found = finder(tmp_path).for_path(str(tmp_path))
        assert bool(found.problems) is (pattern == "(?:a?){9}(b)"), pattern
        start = time.monotonic()
        found.mapping.path_defaults(path)
        assert time.monotonic() - start < 10


def test_a_rule_makes_the_format_of_the_rows_that_it_fits() -> None:
    rule = MappingSection({"response": "info.answer"})
    known = rule.format_for({"info": {"answer": "x"}})
    assert known is not None
    assert known.mapping == KeyMapping({"response": "info.answer"})
    assert rule.format_for({"loss": 1.0}) is None
    assert MappingSection().format_for({"response": "x"}) is None


def test_split_may_be_a_word_or_a_key(tmp_path: Path) -> None:
    write(tmp_path, '[mapping]\nsplit = "phase"')
    found = finder(tmp_path).for_path(str(tmp_path)).mapping
    assert (found.split, found.keys) == ("", {"split": "phase"})


SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5)


@given(st.dictionaries(st.sampled_from(["mapping", "scalars", "config", "reference", "text", "x"]), SCALARS | st.dictionaries(
    st.sampled_from(["prompt", "runs", "file", "columns", "step_from", "files", "pad", "a"]) | st.text(max_size=4),
    SCALARS | st.lists(SCALARS, max_size=2) | st.dictionaries(st.text(max_size=3), SCALARS, max_size=2),
    max_size=4,
)))  # fmt: skip
def test_checking_never_raises(table: dict[str, Any]) -> None:
    found = toml_file.check_table(table, "rlboard.toml", "/logs")
    assert all(problem.startswith("rlboard.toml: ") for problem in found.problems)


def test_the_example_of_the_documentation_is_valid(tmp_path: Path) -> None:
    text = (ROOT / "docs" / "settings.md").read_text(encoding="utf-8")
    (example,) = re.findall(r"```toml\n(.*?)```", text, re.DOTALL)
    (tmp_path / "exp").mkdir()
    write(tmp_path / "exp" / "completions", example)
    found = finder(tmp_path).for_path(str(tmp_path / "exp" / "completions"))
    assert found.problems == ()
    assert found.scalar_runs == ("exp/runs/Nov22",)
    assert found.mapping.keys["columns.accuracy"] == "info.checks.accuracy"
    words = set(re.findall(r"`([a-z_]+)`", text.partition("| word |")[2].partition("The words are")[0]))
    assert set(key_mapping.FIELDS) <= words, "a word that the table does not explain"
