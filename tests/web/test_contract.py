"""The whole stack in process: TensorBoard's WSGI application over a small fixed log directory, and every answer.

The answers lie in tests/__snapshots__; the frontend's tests decode the same files. After a wanted change:
``RLBOARD_UPDATE_SNAPSHOTS=1 pytest tests/web/test_contract.py`` (``make update-snapshots``), then read the difference.
"""

from __future__ import annotations

import json
import math
import os
import struct
import time
from pathlib import Path
from typing import Any

import pytest
from contract import RUN, Stack
from repository import SNAPSHOTS
from snapshots import assert_same

UPDATE = bool(os.environ.get("RLBOARD_UPDATE_SNAPSHOTS"))


def normalised(answer: Any, folder: Path) -> Any:
    """The answer without what changes from machine to machine."""
    if isinstance(answer, dict):
        return {
            key: 0.0 if key in {"bytes_per_second", "changed_at"} else normalised(value, folder)
            for key, value in answer.items()
        }
    if isinstance(answer, list):
        return [normalised(value, folder) for value in answer]
    if isinstance(answer, str):
        return answer.replace(str(folder), "/logs")
    return answer


Arguments = tuple[tuple[str, str], ...]


PROMPT_KEY = "0acd396688986d6e"


SNAPSHOT_REQUESTS: dict[str, tuple[str, Arguments]] = {
    "runs": ("runs", ()),
    "steps": ("steps", (RUN,)),
    "steps_chosen": (
        "steps",
        (RUN, ("metrics", "k3_mean"), ("metrics", "advantage"), ("metrics", "value_mse"), ("step_min", "2")),
    ),
    "by_finish_reason": ("steps", (RUN, ("by", "finish_reason"), ("metrics", "reward"))),
    "steps_without_tokens": ("steps", (("run", "texts"),)),
    "samples": ("samples", (RUN,)),
    "samples_page": (
        "samples",
        (RUN, ("sort", "reward"), ("order", "desc"), ("limit", "3"), ("offset", "1"), ("step_max", "2")),
    ),
    "samples_columns": (
        "samples",
        (RUN, ("step", "2"), ("columns", "advantage"), ("columns", "group_rank"), ("columns", "prompt_key")),
    ),
    "samples_search": ("samples", (RUN, ("search", "鹤梦"))),
    "samples_regex": ("samples", (RUN, ("search", "[0-9]{3}"), ("regex", "1"), ("in", "response"))),
    "samples_rules": (
        "samples",
        (RUN, ("step", "1"), ("system_end", "<|im_end|>"), ("pad", "<|im_end|>"), ("columns", "prompt")),
    ),
    "samples_empty": ("samples", (RUN, ("search", "nothing like this"))),
    "samples_without_tokens": ("samples", (("run", "texts"),)),
    "samples_eval": ("samples", (("run", "texts"), ("split", "eval"))),
    "distribution": ("distribution", (RUN, ("metric", "reward"), ("bins", "4"))),
    "distribution_against": (
        "distribution",
        (RUN, ("metric", "reward"), ("bins", "4"), ("step", "1"), ("against", "reference")),
    ),
    "distribution_against_step": (
        "distribution",
        (RUN, ("metric", "log_ratio_mean"), ("bins", "4"), ("step", "1"), ("against", "step:3")),
    ),
    "distribution_empty": ("distribution", (RUN, ("metric", "reward"), ("step", "99"), ("bins", "4"))),
    "samples_where": (
        "samples",
        (
            RUN,
            ("where", "reward > 0 AND response LIKE '%。%'"),
            ("columns", "reward"),
            ("columns", "response"),
        ),
    ),
    "groups": ("groups", (RUN, ("step", "2"))),
    "group": ("group", (RUN, ("step", "1"), ("group", "couplet"))),
    "groups_of_kinds": ("groups", (RUN, ("kinds", "gradient"), ("sort", "logged"), ("limit", "2"))),
    "groups_by": ("groups", (RUN, ("by", "finish_reason"), ("limit", "1"))),
    "worst_tokens": ("worst_tokens", (RUN, ("limit", "4"))),
    "worst_tokens_by_token": (
        "worst_tokens",
        (RUN, ("metric", "log_ratio"), ("by", "token"), ("end", "highest"), ("limit", "3")),
    ),
    "worst_tokens_by_position": (
        "worst_tokens",
        (RUN, ("metric", "logprobs"), ("by", "position"), ("limit", "3")),
    ),
    "findings": ("findings", (RUN,)),
    "findings_what_if": (
        "findings",
        (RUN, ("threshold", "truncation_share:0.05"), ("threshold", "kl_spike_rise:0.5")),
    ),
    "run_table": ("run_table", ()),
    "compare": ("compare", (RUN, ("step", "3"), ("against_step", "1"), ("bins", "4"), ("limit", "3"))),
    "compare_nothing": ("compare", (RUN, ("against_run", "texts"), ("bins", "4"))),
    "prompts": ("prompts", (RUN,)),
    "prompts_list": (
        "prompts",
        (
            RUN,
            ("threshold", "0.5"),
            ("status", "mixed"),
            ("by", "finish_reason"),
            ("sort", "samples"),
            ("order", "desc"),
        ),
    ),
    "prompts_without_rewards": ("prompts", (("run", "texts"),)),
    "prompt": ("prompt", (RUN, ("prompt_key", PROMPT_KEY))),
    "pass_at_k": ("pass_at_k", (RUN,)),
    "problems": ("problems", (RUN,)),
    "scalars_tags": ("scalars", (RUN,)),
    "scalars": ("scalars", (RUN, ("tag", "loss"), ("tag", "actor/lr"))),
    "scalars_unpaired": ("scalars", (("run", "texts"), ("tag", "loss"))),
}


SAMPLE_SNAPSHOTS: dict[str, tuple[str, str, int]] = {
    "sample": ("sample", "ppo", 0),
    "sample_nonfinite": ("sample", "ppo", 4),
    "sample_masked": ("sample", "ppo", 7),
    "sample_without_values": ("sample", "ppo", 2),
    "sample_without_tokens": ("sample", "texts", 1),
    "tokens_json": ("tokens", "ppo", 0),
    "tokens_json_nonfinite": ("tokens", "ppo", 8),
}


# The sample, the one that it is compared with (None for its reference answer), and further arguments.
DIFF_SNAPSHOTS: dict[str, tuple[int, int | None, Arguments]] = {
    "diff": (1, 0, (("metric", "logprobs"),)),
    "diff_reference": (0, None, (("against", "reference"), ("pad", "<|im_end|>"), ("pad", "<|pad|>"))),
}


def check(name: str, answer: Any) -> None:
    path = SNAPSHOTS / f"{name}.json"
    if UPDATE:
        SNAPSHOTS.mkdir(exist_ok=True)
        path.write_text(json.dumps(answer, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    assert path.exists(), f"no snapshot {name}: run `make update-snapshots`"
    assert_same(answer, json.loads(path.read_text(encoding="utf-8")))


@pytest.mark.parametrize("name", SNAPSHOT_REQUESTS)
def test_answer_is_as_it_was(stack: Stack, name: str) -> None:
    route, pairs = SNAPSHOT_REQUESTS[name]
    check(name, normalised(stack.json(route, *pairs), stack.folder))


@pytest.mark.parametrize("name", SAMPLE_SNAPSHOTS)
def test_answer_about_a_sample_is_as_it_was(stack: Stack, name: str) -> None:
    route, run, index = SAMPLE_SNAPSHOTS[name]
    listed = stack.json("samples", ("run", run))["columns"]["id"]
    pairs = [("run", run), ("id", listed[index]), *([("format", "json")] if route == "tokens" else [])]
    check(name, normalised(stack.json(route, *pairs), stack.folder))


@pytest.mark.parametrize("name", DIFF_SNAPSHOTS)
def test_two_texts_differ_as_they_did(stack: Stack, ids: list[str], name: str) -> None:
    sample, against, more = DIFF_SNAPSHOTS[name]
    other = () if against is None else (("against_id", ids[against]),)
    check(name, stack.json("diff", RUN, ("id", ids[sample]), *other, *more))


def test_every_snapshot_is_asked_for() -> None:
    kept = {path.stem for path in SNAPSHOTS.glob("*.json")}
    assert kept == {*SNAPSHOT_REQUESTS, *SAMPLE_SNAPSHOTS, *DIFF_SNAPSHOTS}


def test_every_answer_says_its_revision_and_the_problems(stack: Stack, ids: list[str]) -> None:
    asked: list[tuple[str, Arguments]] = [(route, pairs) for route, pairs in SNAPSHOT_REQUESTS.values()]
    asked += [("sample", (RUN, ("id", ids[0]))), ("tokens", (RUN, ("id", ids[0])))]
    heads = [stack.get(route, *pairs).headers for route, pairs in asked]
    assert len({head["X-RLBoard-Revision"] for head in heads}) == 1
    assert {head["X-RLBoard-Problems"] for head in heads} == {"2"}
    assert {head["X-Content-Type-Options"] for head in heads} == {"nosniff"}


def test_binary_tokens_are_the_json_tokens(stack: Stack, ids: list[str]) -> None:
    for name in ids:
        sample = stack.json("sample", RUN, ("id", name))
        lists = stack.json("tokens", RUN, ("id", name), ("format", "json"))
        response = stack.get("tokens", RUN, ("id", name))
        assert response.mimetype == "application/octet-stream"
        names = [metric["name"] for metric in sample["token_metrics"]]
        n = len(sample["response_tokens"])
        assert list(lists) == names
        numbers = struct.unpack(f"<{len(names) * n}f", response.get_data())
        for row, metric in enumerate(names):
            gone = {i for start, end in sample["missing"].get(metric, []) for i in range(start, end)}
            for i, value in enumerate(numbers[row * n : (row + 1) * n]):
                written = lists[metric][i]
                if i in gone:
                    assert written is None
                    assert math.isnan(value)
                else:
                    expected = float(written)  # "NaN", "Infinity" and "-Infinity" are read as what they name
                    assert value == pytest.approx(expected, rel=1e-6, nan_ok=True), (name, metric, i)


def test_a_sample_with_its_tokens_is_both_answers_in_one(stack: Stack, ids: list[str]) -> None:
    texts = stack.json("samples", ("run", "texts"))["columns"]["id"][0]
    for run, name in (*(("ppo", name) for name in ids), ("texts", texts)):
        pairs = (("run", run), ("id", name), ("pad", "<pad>"))
        response = stack.get("sample_with_tokens", *pairs)
        assert response.mimetype == "application/octet-stream"
        body = response.get_data()
        [length] = struct.unpack_from("<I", body)
        assert length % 4 == 0
        assert json.loads(body[4 : 4 + length]) == stack.json("sample", *pairs)
        assert body[4 + length :] == stack.get("tokens", *pairs[:2]).get_data()


def test_a_text_run_has_no_token_bytes(stack: Stack) -> None:
    first = stack.json("samples", ("run", "texts"))["columns"]["id"][0]
    assert stack.get("tokens", ("run", "texts"), ("id", first)).get_data() == b""
    assert stack.json("tokens", ("run", "texts"), ("id", first), ("format", "json")) == {}


def test_runs_name_no_place_but_the_log_directory(stack: Stack) -> None:
    answer = stack.json("runs")
    assert answer["looked_in"] == [str(stack.folder)]
    answer["looked_in"] = []
    assert str(stack.folder.parent) not in json.dumps(answer)


def test_wall_times_and_speeds_are_numbers(stack: Stack) -> None:
    for run in stack.json("runs")["runs"]:
        assert run["bytes_per_second"] == 0.0
        assert run["indexed_bytes"] == run["bytes"]
        # Not the future, and not the beginning of time.
        assert 1e9 < run["changed_at"] <= time.time() + 1
