"""Rows as inference servers and benchmarks write them, whose prompt, response or score stand where nobody else has them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from answers import columns
from understood import read, written

from tensorboard_plugin_rlboard.board.board import Board
from tensorboard_plugin_rlboard.index.detect.sniff import sniff

ASKED = [{"role": "user", "content": "why?"}]


def test_choices_answer_the_messages_beside_them(tmp_path: Path) -> None:
    said = [{"index": at, "message": {"role": "assistant", "content": f"so {at}"}} for at in range(2)]
    rows = [{"step": n, "messages": ASKED, "choices": said, "rewards": [0, 1]} for n in range(3)]
    found = read(tmp_path, rows, "prompt", "response", "reward", "step")
    assert found == [("why?", f"so {at}", at, n) for n in range(3) for at in range(2)]


@pytest.mark.parametrize("more", [{}, {"comment": "fine", "dataType": "NUMERIC"}])
def test_the_only_score_of_a_trace_is_its_reward(more: dict[str, Any], tmp_path: Path) -> None:
    """As Langfuse and other tracers export traces: input, output, and a list of what they were scored."""
    rows = [
        {
            "input": {"messages": ASKED},
            "output": {"role": "assistant", "content": f"so {n}"},
            "scores": [{"name": "reward", "value": n / 2, **more}],
            "metadata": {"step": n},
        }
        for n in range(3)
    ]
    found = read(tmp_path, rows, "prompt", "response", "reward", "step")
    assert found == [("why?", f"so {n}", n / 2, n) for n in range(3)]


def test_whether_all_instructions_were_followed_is_the_score(tmp_path: Path) -> None:
    """As google-research's instruction_following_eval writes `eval_results_strict.jsonl`."""
    rows = [
        {
            "follow_all_instructions": n > 0,
            "follow_instruction_list": [True, n > 0],
            "instruction_id_list": ["a", "b"],
            "prompt": f"write {n} words",
            "response": "some words",
        }
        for n in range(3)
    ]
    assert read(tmp_path, rows, "reward") == [(False,), (True,), (True,)]


KNOWN: dict[str, list[dict[str, Any]]] = {
    "OpenAI's evals": [
        {"spec": {"eval_name": "test-match.s1"}},
        {
            "run_id": "1",
            "event_id": 0,
            "sample_id": "s.0",
            "type": "sampling",
            "data": {"prompt": ASKED, "sampled": ["so"]},
        },
        {
            "run_id": "1",
            "event_id": 1,
            "sample_id": "s.0",
            "type": "match",
            "data": {"correct": True, "expected": "so", "picked": "so"},
        },
    ],
    "per_instance_stats.json": [
        {"adapter_spec": {"method": "generation"}, "request_states": [{"instance": {}}]}
    ],
    "HELM's list of predictions": [
        {"instance_id": f"id{n}", "predicted_text": "so it is", "stats": {"exact_match": 1.0}}
        for n in range(3)
    ],
    "simple-evals": [{"score": 0.5, "metrics": {}, "htmls": ["<p>"], "convos": [ASKED]}],
}


@pytest.mark.parametrize("name", KNOWN)
def test_results_of_benchmarks_without_whole_samples_are_named(name: str, tmp_path: Path) -> None:
    found, reason = sniff(str(written(tmp_path / "log.jsonl", KNOWN[name])))
    assert found is None
    assert name in reason


def test_what_is_said_of_helms_predictions_opens_them(
    tmp_path: Path, open_board: Callable[[Path], Board]
) -> None:
    path = written(tmp_path / "display_predictions.jsonl", KNOWN["HELM's list of predictions"])
    toml = '[mapping]\nresponse = "predicted_text"\nreward = "stats.exact_match"\n'
    (tmp_path / "rlboard.toml").write_text(toml, encoding="utf-8")
    assert all(line.partition(" = ")[2] in sniff(str(path))[1] for line in toml.splitlines()[1:])
    assert columns(open_board(tmp_path), "response", "reward") == [("so it is", 1.0)] * 3
