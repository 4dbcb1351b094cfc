"""Which rows belong to which format, and to none: files that trainers leave beside their rollouts are not samples."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from example_counts import examples
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from logged import LETTERS, lines
from repository import FORMATS as FIXTURES
from repository import SAMPLES

from tensorboard_plugin_rlboard.formats.base import Format, LineContext, PathDefaults
from tensorboard_plugin_rlboard.formats.format_specs import from_spec
from tensorboard_plugin_rlboard.formats.native import NATIVE
from tensorboard_plugin_rlboard.formats.registry import FORMATS, recognise
from tensorboard_plugin_rlboard.formats.rows.file_options import file_defaults
from tensorboard_plugin_rlboard.formats.rows.sample_reader import parse_line_with_python
from tensorboard_plugin_rlboard.index.detect.sniff import sniff

OF_FOLDER = {
    "areal": {"areal"},
    "eval_harnesses": {"lm-eval", "lighteval", "inspect", "opencompass", "livecodebench"},
    "ms_swift": {"ms-swift"},
    "nemo_rl": {"nemo-rl"},
    "open_instruct": {"open-instruct"},
    "openrlhf_rl_logging_board_fork": {"native"},
    "roll": {"roll-board", "roll-dump"},
    "roll_board": {"roll-board"},
    "roll_dump": {"roll-dump"},
    "skyrl": {"skyrl"},
    "verl": {"verl", "verl-validation"},
}
NO_SAMPLES = ("aggregated_results.jsonl", "_metadata.jsonl")
# ROLL's board is our own format with two arrays laid out otherwise, so it is asked first.
RELATIVES = {frozenset({"roll-board", "native"})}

LOOK_ALIKES: dict[str, dict[str, Any]] = {
    "ms-swift logging.jsonl": {
        "loss": 0.1, "grad_norm": 2.0, "learning_rate": 1e-6, "reward": 0.5, "reward_std": 0.1,
        "completions/mean_length": 20.0, "kl": 0.01, "epoch": 0.1, "global_step/max_steps": "1/10",
    },
    "LLaMA-Factory trainer_log.jsonl": {
        "current_steps": 5, "total_steps": 100, "loss": 0.6, "lr": 1e-5, "epoch": 0.1, "percentage": 5.0, "elapsed_time": "0:00:10",
    },
    "LLaMA-Factory generated_predictions.jsonl": {"prompt": "2+2?", "predict": "4", "label": "4"},
    "LLaMA-Factory reward model predictions": {"chosen": 0.5, "rejected": -0.5},
    "verl FileLogger": {"step": 3, "data": {"critic/score/mean": 0.5, "actor/entropy": 0.1}},
    "EasyR1 experiment_log.jsonl": {"step": 3, "reward": {"overall": 0.5, "accuracy": 0.25}, "response_length": {"mean": 20.0}},
    "prime-rl metrics.jsonl": {"step": 3, "reward/mean": 0.5, "perf/throughput": 100.0},
    "tinker metrics.jsonl": {"step": 3, "env/all/reward/total": 0.5, "progress/batch": 3},
    "tinker checkpoints.jsonl": {"name": "000010", "batch": 10, "state_path": "tinker://a", "sampler_path": "tinker://b"},
    "tinker timing_spans.jsonl": {"name": "sample", "start": 1.0, "end": 2.0, "step": 3},
    "tinker trace_events.jsonl": {"name": "sample", "ph": "X", "ts": 1, "dur": 2, "pid": 1, "tid": 1, "args": {}},
    "tinker rollout summaries": {
        "schema_version": 1, "split": "train", "iteration": 1, "group_idx": 0, "traj_idx": 0, "tags": ["gsm8k"],
        "sampling_client_step": 1, "total_reward": 1.0, "final_reward": 1.0, "trajectory_metrics": {},
        "steps": [{"step_idx": 0, "ob_len": 22, "ac_len": 21, "reward": 0.0}], "final_ob_len": 0,
    },
    "SkyRL aggregated_results.jsonl": {"eval/all/avg_score": 0.46},
    "open-instruct metadata": {"run_name": "grpo_fast", "git_commit": "e6c3044aa", "model_name": "Qwen/Qwen3-1.7B"},
    "ART history.jsonl": {"step": 3, "train/reward": 0.5, "recorded_at": "2026-11-22T14:00:00"},
    "AReaL traces.jsonl": {"session_id": 1, "task_id": 3, "status": "accepted", "total_s": 2.5, "generate_s": 2.0, "phases": {}},
    "AReaL sessions.jsonl": {"session_id": 1, "task_id": 3, "rank": 0, "submit_ts": 1.0, "finalized_ts": 2.0, "reason": None},
    "ROLL OpenTelemetry traces.jsonl": {
        "name": "rollout", "context": {"trace_id": "0x1", "span_id": "0x2"}, "kind": "SpanKind.INTERNAL",
        "start_time": "2026-11-22", "attributes": {"step": 3}, "events": [],
    },
    "NeMo-RL r3_trace": {"step": 3, "idx": 0, "event": "routed_experts", "num_tokens": 20, "token_ids": [1, 2]},
    "SFT dataset of instructions": {"instruction": "Add.", "input": "2+2", "output": "4"},
    "SFT dataset of instructions, scored": {"instruction": "Add.", "input": "2+2", "output": "4", "score": 0.5},
    "SFT dataset of messages": {"messages": [{"role": "user", "content": "2+2?"}, {"role": "assistant", "content": "4"}]},
    "SFT dataset of prompts and completions": {"prompt": "2+2?", "completion": "4"},
    "preference dataset": {"prompt": "2+2?", "chosen": "4", "rejected": "5"},
    "question and answer": {"question": "2+2?", "answer": "#### 4"},
    "tokenised dataset": {"input_ids": [1, 2], "labels": [1, 2], "attention_mask": [1, 1]},
    "columns of metrics": {"step": [1, 2], "reward": [0.5, 0.25]},
    "columns of ROLL without texts": {"global_step": [1, 2], "scores": [0.5, 0.25]},
    "no keys": {},
}  # fmt: skip


@pytest.mark.parametrize("name", LOOK_ALIKES)
def test_look_alikes_belong_to_no_format(name: str) -> None:
    assert recognise(LOOK_ALIKES[name]) is None
    assert not claims(LOOK_ALIKES[name])


@pytest.mark.parametrize("name", sorted(set(LOOK_ALIKES) - {"SFT dataset of instructions, scored"}))
def test_look_alikes_are_not_opened_by_a_guess_either(name: str, tmp_path: Path) -> None:
    """A scored data set has all that a guess needs: prompt, response and score."""
    path = tmp_path / "log.jsonl"
    path.write_text((json.dumps(LOOK_ALIKES[name]) + "\n") * 3, encoding="utf-8")
    known, reason = sniff(str(path))
    assert known is None
    assert reason


@pytest.mark.parametrize(
    "path", sorted(SAMPLES.rglob("*.jsonl")), ids=lambda path: str(path.relative_to(SAMPLES))
)
def test_look_alikes_among_the_real_files(path: Path) -> None:
    first = lines(path)[0]
    assert (recognise(first) is None) == path.name.endswith(NO_SAMPLES)


def claims(row: dict[str, Any]) -> frozenset[str]:
    """The formats that would take a row for theirs."""
    return frozenset(known.name for known in FORMATS if known.recognise(row))


def every_file() -> list[tuple[str, Path]]:
    folders = [path for root in (FIXTURES, SAMPLES) for path in root.iterdir() if path.name in OF_FOLDER]
    files = [(folder.name, path) for folder in folders for path in sorted(folder.rglob("*.jsonl"))]
    return [(name, path) for name, path in files if not path.name.endswith(NO_SAMPLES)]


def test_each_row_belongs_to_one_format() -> None:
    files = every_file()
    assert {name for name, _ in files} == set(OF_FOLDER)
    for folder, path in files:
        for row in lines(path):
            found = recognise(row)
            assert found is not None, path
            assert found.name in OF_FOLDER[folder], path
            claimed = claims(row)
            assert len(claimed) == 1 or claimed in RELATIVES, (path, claimed)


@pytest.mark.parametrize(
    "path", sorted(FIXTURES.glob("*/*.jsonl")), ids=lambda path: f"{path.parent.name}/{path.stem}"
)
def test_no_row_is_claimed_twice(path: Path) -> None:
    for row in map(parse_line_with_python, path.read_bytes().splitlines()):
        claimed = claims(row or {})
        assert len(claimed) <= 1 or claimed in RELATIVES
        assert path.parent.name != "native" or claimed <= {"native", "roll-board"}


def test_names_are_stable_and_tell_formats_apart() -> None:
    names = [known.name for known in FORMATS]
    assert len(set(names)) == len(names)
    assert all(re.fullmatch("[a-z][a-z0-9_-]+", name) for name in names)
    assert all(known.definition for known in FORMATS)
    assert FORMATS[-1] is NATIVE
    for known in FORMATS:
        assert from_spec(known.name) is known
        assert file_defaults(from_spec(known.with_options(step="3", split="eval").spec)) == PathDefaults(
            3, "eval"
        )


ROWS = [row for _, path in every_file() for row in lines(path)]
KEYS = sorted(
    {key for row in ROWS for key in row}
    | {"content", "input_ids", "trajectory_data", "values", "returns", "ground_truth", "env_extras"}
)
LEAVES = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.sampled_from([0, 1, -1, 10**400, -(10**400), 2**63]),
    st.floats(),
    st.text(max_size=5),
    st.sampled_from(
        ["", "1", "NaN", "[]", '{"a": 1}', '[{"role": "user"}]', '[{"role": "assistant", "content": 3}]']
    ),
)
VALUES = st.recursive(
    LEAVES,
    lambda inner: st.one_of(
        st.lists(inner, max_size=4),
        st.dictionaries(
            st.sampled_from(["role", "content", "reward_spec", "ground_truth", "a", "0"]), inner, max_size=3
        ),
    ),
    max_leaves=12,
)
MAKERS = [known for known in FORMATS if known.to_samples is not None]
OWN: dict[str, list[str]] = {}  # format -> the keys of its rows
for _row in ROWS:
    if (_known := recognise(_row)) is not None:
        OWN[_known.name] = sorted({*_row, *OWN.get(_known.name, ())})


@settings(max_examples=examples(10), deadline=None, suppress_health_check=[HealthCheck.too_slow])
@pytest.mark.parametrize("file_format", MAKERS, ids=lambda file_format: file_format.name)
@given(data=st.data())
def test_no_line_makes_a_format_fail(file_format: Format, data: st.DataObject) -> None:
    """A reader meets torn and foreign lines in the middle of a file; what a format cannot use, it says in a sentence."""
    keys = st.sampled_from(OWN.get(file_format.name) or KEYS)
    own = data.draw(st.dictionaries(keys, VALUES, max_size=8))
    row = {**data.draw(st.dictionaries(st.sampled_from(KEYS), VALUES, max_size=4)), **own}
    file_format.recognise(row)
    assert file_format.to_samples is not None
    for reading in (LineContext(), LETTERS):
        try:
            found = file_format.to_samples(row, reading)
        except ValueError as error:
            assert str(error).endswith(".")  # noqa: PT017 (any other error is the failure)
            continue
        assert all(isinstance(sample, dict) for sample in found.rows)
        assert all(problem.endswith(".") for problem in found.problems)


@settings(max_examples=examples(30), deadline=None)
@given(row=st.dictionaries(st.sampled_from(KEYS), VALUES, max_size=8))
@example({"content": [[]], "idx": 0, "rewards": []})
@example({"prompt_tokens": [], "response_tokens": [2**40], "prompt_idx": None})
def test_recognition_takes_every_row(row: dict[str, Any]) -> None:
    found = recognise(row)
    assert found is None or found.name in claims(row)
    again = json.loads(json.dumps(row))
    assert (None if found is None else found.name) == (
        None if (other := recognise(again)) is None else other.name
    )
