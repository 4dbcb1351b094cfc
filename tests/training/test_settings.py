"""rlboard.toml, checked section by section."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from repository import ROOT
from settings_files import finder, write

from tensorboard_plugin_rlboard.formats.generic.fields import FIELDS
from tensorboard_plugin_rlboard.sources.discovery.logdir import parse_roots
from tensorboard_plugin_rlboard.sources.mounts import SilentError
from tensorboard_plugin_rlboard.texts import TextRules
from tensorboard_plugin_rlboard.training.hyperparameters import trainer_files
from tensorboard_plugin_rlboard.training.hyperparameters.trainer_files import TrainerFiles
from tensorboard_plugin_rlboard.training.settings import toml_file, toml_lookup
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


def test_settings_of_a_mount_that_is_silent_stay_as_they_were(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Silent:
        def run_in_time(self, path: str, work: object) -> None:
            raise SilentError("/mnt")

    run = tmp_path / "run"
    write(run, "[config]\ngamma = 0.5")
    look, trainer = finder(tmp_path), TrainerFiles(parse_roots(str(tmp_path), ""), 0.0)
    (run / "config.json").write_text('{"learning_rate": 0.1, "kl_coef": 0.2}')
    before, of_trainer = look.for_path(str(run)), trainer.sources_for(str(run))
    assert before.hyperparameters == {"gamma": 0.5}
    assert len(of_trainer) == 1
    look.max_age = 0.0
    for module in (toml_lookup, trainer_files):
        monkeypatch.setattr(module, "mounts", Silent())
    write(run, "[config]\ngamma = 0.9")
    assert look.for_path(str(run)) == before
    assert look.for_path(str(run / "a.jsonl")) == before
    assert look.for_path(str(tmp_path / "other")).hyperparameters == {}
    assert trainer.sources_for(str(run)) == of_trainer


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
        ("[maping]\na = 1", "rlboard.toml: there is no section [maping] (did you mean [mapping]?)."),
        ("[Mapping]\na = 1", "there is no section [Mapping] (did you mean [mapping]?)."),
        (
            "[zzz]",
            "there is no section [zzz] (there are [mapping], [scalars], [config], [reference], [scores], [text], [findings]).",
        ),
        (
            'prompt = "q"',
            "run/rlboard.toml: prompt stands in no section; write [mapping] in a line above it.",
        ),
        ("zzz = 1", "there is no section [zzz] (there are [mapping], "),
        ('[mapping]\nPrompt = "q"', "[mapping] Prompt is not known (did you mean prompt?); it is left out."),
        ('[text]\nsplit = "q"', "[text] split is not known (it is for [mapping]); it is left out."),
        (
            '[mapping]\nfile = "x"',
            "[mapping] file is not known (did you mean files?); it is left out.",
        ),
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
        ("[config]\na = nan", "[config] a must be a number other than NaN"),
        ("[findings]\na = true", "[findings] a must be a number, not true or false"),
        (
            "[findings]\ntruncation_shar = 0.3",
            "[findings] truncation_shar is no threshold of a finding (did you mean truncation_share?)",
        ),
        ("[findings]\ntruncation_share = 2", "[findings] truncation_share must be a number from 0 to 1"),
        ("[findings]\na = -inf", "[findings] a must be a finite number"),
        (f"[findings]\na = {'9' * 400}", "[findings] a must be a finite number"),
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
    assert set(FIELDS) <= words, "a word that the table does not explain"
