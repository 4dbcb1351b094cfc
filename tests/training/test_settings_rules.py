"""Rules of rlboard.toml for formats, steps and splits."""

from __future__ import annotations

import time
from pathlib import Path, PurePosixPath

import pytest
from settings_files import finder, write

from tensorboard_plugin_rlboard.formats.base import PathDefaults
from tensorboard_plugin_rlboard.formats.mapping import KeyMapping
from tensorboard_plugin_rlboard.training.settings.sections import (
    MappingSection,
)


@pytest.mark.parametrize(
    ("files", "path", "applies"),
    [
        ("", "a/b.jsonl", True),
        ("*.jsonl", "a/b.jsonl", True),
        ("*.jsonl", "a/b.jsonl.gz", True),
        ("*.jsonl", "a/b.jsonl.GZIP", True),
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
