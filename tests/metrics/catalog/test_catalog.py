"""The metric registry: complete, of the contract's kinds, and the same as the frontend's file and the documentation."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, get_args

import metric_catalog
import pytest
from repository import ROOT

from tensorboard_plugin_rlboard.board.board import Board
from tensorboard_plugin_rlboard.board.run_schema import run_schema
from tensorboard_plugin_rlboard.board.selection import Relation
from tensorboard_plugin_rlboard.board.steps import step_aggregates
from tensorboard_plugin_rlboard.board.steps.aggregates import AggregateInput, compute_aggregates
from tensorboard_plugin_rlboard.index.parts import part
from tensorboard_plugin_rlboard.metrics import step_sums, tokens
from tensorboard_plugin_rlboard.metrics.catalog.catalog import (
    METRICS,
    sample_metric,
    split_statistic,
    token_metric,
)
from tensorboard_plugin_rlboard.metrics.catalog.metric import Kind
from tensorboard_plugin_rlboard.metrics.catalog.sample_metrics import GROUP_ENTRIES, SAMPLE_ENTRIES
from tensorboard_plugin_rlboard.metrics.catalog.step_metrics import STEP_ENTRIES
from tensorboard_plugin_rlboard.metrics.catalog.token_metrics import TOKEN_ENTRIES

DOCUMENT = (ROOT / "docs" / "metrics.md").read_text(encoding="utf-8")


def section(anchor: str) -> str:
    """What the documentation says below a heading, by its anchor."""
    parts = re.split(r"^#+ (.*)$", DOCUMENT, flags=re.MULTILINE)
    sections = {
        title.lower().replace(" ", "-"): text for title, text in zip(parts[1::2], parts[2::2], strict=True)
    }
    return sections[anchor.removeprefix("docs/metrics.md#")]


def test_the_frontend_reads_what_the_registry_says() -> None:
    for path, content in metric_catalog.contents().items():
        assert path.read_text(encoding="utf-8") == content, "run `make metrics`"


@pytest.mark.parametrize("name", METRICS)
def test_an_entry_is_documented_where_it_says(name: str) -> None:
    metric = METRICS[name]
    assert metric.name == name
    assert re.search(rf"(?<!\w){name}(?!\w)", section(metric.anchor))
    assert metric.formula


@pytest.mark.parametrize("name", METRICS)
def test_an_entry_speaks_both_languages_or_none(name: str) -> None:
    metric = METRICS[name]
    assert (metric.en is None) == (metric.zh is None)
    for label in (metric.en, metric.zh):
        assert label is None or (label.label and label.hint)


def test_kinds_are_those_of_the_contract() -> None:
    contract = (ROOT / "tensorboard_plugin_rlboard" / "http_api.md").read_text(encoding="utf-8")
    assert {metric.kind for metric in METRICS.values()} <= set(get_args(Kind))
    for kind in get_args(Kind):
        assert f"`{kind}`" in contract


def test_every_name_of_the_documents_tables_has_an_entry() -> None:
    """Rows with a dash in the column "tab" are planned, and not computed."""
    for line in section("per-token").splitlines() + section("per-step").splitlines():
        cells = [cell.strip() for cell in re.split(r"(?<!\\)\|", line)]
        if line.startswith("| ") and "–" not in cells and cells[1] not in {"metric", "---", ""}:
            missing = set(re.findall(r"\w+", cells[1])) - METRICS.keys()
            assert not missing, line


def test_every_token_metric_that_is_computed_has_an_entry() -> None:
    assert list(tokens.TOKEN_METRICS) == [entry.name for entry in TOKEN_ENTRIES]


def test_every_sample_metric_that_is_ours_has_an_entry() -> None:
    assert set(part.SAMPLE_METRICS) <= METRICS.keys()
    logged = {"reward", "ref_reward", "valid_reward", "ref_valid_reward"}
    entries = {entry.name for entry in (*SAMPLE_ENTRIES, *GROUP_ENTRIES)}
    assert entries == {*part.SAMPLE_METRICS, *logged}


def test_every_step_metric_has_an_entry(
    tmp_path: Path, open_board: Callable[[Path], Board], write_rows: Callable[[Path, list[Any]], Path]
) -> None:
    lists = {
        "logprobs": [-1.0],
        "ref_logprobs": [-2.0],
        "rollout_logprobs": [-1.0],
        "values": [0.0],
        "returns": [1.0],
    }
    row = {"step": 1, "prompt": "p", "response": "a", "response_tokens": ["a"], "reward": 1.0, **lists}
    write_rows(tmp_path / "a.jsonl", [row])
    board = open_board(tmp_path)
    schema = run_schema(board.run("."))
    samples = Relation(schema.table, "true", [])
    aggregates = step_aggregates.step_aggregates(schema)
    found = compute_aggregates(board.cursor(), aggregates, AggregateInput(samples, samples, 1), ("step",))
    names = {name for rows in found.values() for name in rows.columns} - set(step_sums.SUM_NAMES)
    of_samples = {"explained_variance"}  # one definition, over a response or over a step
    assert names - of_samples == {entry.name for entry in STEP_ENTRIES}
    for name in (*schema.metrics, *schema.token_metrics):
        parts = split_statistic(name)
        assert name in METRICS or (parts and parts[0] in METRICS), name


@pytest.mark.parametrize(
    ("name", "kind", "unit"),
    [
        ("reward", "value", "reward"),
        ("reward_gap", "signed", "reward"),
        ("advantage", "signed", "reward"),
        ("group_rank", "count", "rank"),
        ("n_tokens", "count", "tokens"),
        ("truncated", "flag", ""),
        ("repetition", "probability", ""),
        ("value_mse", "magnitude", "reward²"),
        ("k3_mean", "magnitude", "nats"),
        ("log_ratio_mean", "signed", "nats"),
        ("log_ratio_absmean", "magnitude", "nats"),
        ("log_ratio_std", "magnitude", "nats"),
        ("log_ratio_argmax", "count", "position"),
        ("prob_mean", "probability", ""),
        ("prob_sum", "value", ""),
        ("own_array_mean", "value", ""),
        ("own_number", "value", ""),
    ],
)
def test_kind_and_unit_of_a_sample_metric(name: str, kind: str, unit: str) -> None:
    metric = sample_metric(name)
    assert (metric.name, metric.kind, metric.unit) == (name, kind, unit)


def test_kind_and_unit_of_a_token_metric() -> None:
    assert (token_metric("logprobs").kind, token_metric("logprobs").unit) == ("log_probability", "nats")
    assert (token_metric("own").kind, token_metric("own").unit) == ("value", "")


def test_the_registry_loads_nothing_heavy() -> None:
    code = "import sys, tensorboard_plugin_rlboard.metrics.catalog.catalog; print(*sys.modules)"
    loaded = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, check=True, capture_output=True, text=True
    ).stdout.split()
    assert not {"numpy", "duckdb", "tensorboard", "werkzeug"} & set(loaded)
