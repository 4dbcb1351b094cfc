"""`rlboard doctor`: what it says of logs of all kinds, and that it leaves them alone."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import pytest
from doctor_reports import SAMPLES, only
from rollout_log import row

from tensorboard_plugin_rlboard.cli import main
from tensorboard_plugin_rlboard.doctor.command import examine
from tensorboard_plugin_rlboard.doctor.report import FileReport

Write = Callable[[Path, Iterable[Any]], Path]


def tokens(**more: Any) -> dict[str, Any]:
    return {"response_tokens": ["a", " b"], "logprobs": [-1.0, -2.0], **more}


def missing(file: FileReport) -> dict[str, str]:
    return {one.field: one.cost for one in file.missing}


def test_a_log_that_has_everything(capsys: pytest.CaptureFixture[str]) -> None:
    report = examine(str(SAMPLES))
    assert report.exit_code == 0
    evaluated, trained = report.runs
    assert (evaluated.run, trained.run) == ("eval_couplets", "train_couplets")
    assert [file.samples for file in trained.files] == [744, 744]
    (file,) = evaluated.files
    assert (file.format, file.samples, file.steps, list(file.splits)) == (
        "native",
        264,
        (11, 0, 60),
        ["eval"],
    )
    assert {"prompt", "reward", "logprobs", "ref_logprobs", "values", "response_tokens"} <= set(file.fields)
    assert {"step", "prompt", "response"} <= set(file.told_by)
    assert missing(file)["rollout_logprobs"] == "no mismatch between trainer and sampler"
    assert missing(trained.files[0])["ref_reward"] == "no win, tie and loss against the reference"
    assert (trained.scalar_runs, trained.pairing) == (("train_couplets",), "same")
    assert not trained.next
    assert not file.problems
    assert main(["doctor", str(SAMPLES)]) == 0
    printed = capsys.readouterr().out
    assert "native: 264 samples, steps 0 to 60, eval; 443.4 kB" in printed
    assert "TensorBoard's scalars: train_couplets (same folder)" in printed
    assert f"To look at it: tensorboard --logdir {SAMPLES}" in printed


def test_what_a_missing_field_costs(tmp_path: Path, write_rows: Write) -> None:
    write_rows(tmp_path / "x" / "a.jsonl", [row(1, **tokens())])
    report = examine(str(tmp_path))
    costs = missing(only(report))
    assert costs["ref_logprobs"] == "no KL to the reference"
    assert "logprobs" not in costs
    assert report.runs[0].next == [
        "For KL, log ref_logprobs: those of the reference model for the same tokens."
    ]


def test_texts_alone_are_pointed_to_the_hook_of_their_trainer(tmp_path: Path, write_rows: Write) -> None:
    verl = {"input": "p", "output": "r", "gts": "1", "score": 1.0, "step": 3, "uid": "u_0_0"}
    write_rows(tmp_path / "verl" / "3.jsonl", [verl])
    write_rows(tmp_path / "own" / "a.jsonl", [row(1)])
    own, theirs = examine(str(tmp_path)).runs
    assert theirs.next == [
        "Nothing is known of single tokens: docs/integrations/verl.md: one call logs every token."
    ]
    assert own.next == ["Nothing is known of single tokens: log with RolloutWriter (docs/logging.md)."]
    (file,) = theirs.files
    assert (file.format, file.told_by, file.steps) == (
        "verl",
        ["input", "output", "score", "step"],
        (1, 3, 3),
    )
    assert missing(file)["response_tokens"].startswith("no token view")


def test_problems_by_kind_with_their_first_line(tmp_path: Path, write_rows: Write, capsys: Any) -> None:
    torn = ['{"step": 1, "resp', '{"step": ']
    rows = [row(1), torn[0], row(1, **tokens(values=[1.0] * 7)), torn[1], {"step": 1, "reward": 1.0}]
    write_rows(tmp_path / "a.jsonl", rows)
    report = examine(str(tmp_path))
    found = {problem.kind: problem for problem in only(report).problems}
    assert (found["bad_json"].count, found["bad_json"].line) == (2, 2)
    assert (found["length_mismatch"].count, found["length_mismatch"].line) == (1, 3)
    assert found["no_response"].line == 5
    assert report.exit_code == 0, "what could be read is shown"
    advice = " ".join(report.runs[0].next)
    assert "Of lines that are no JSON: look at the line" in advice
    assert "The tab lists every problem" in advice
    main(["doctor", str(tmp_path)])
    assert "problem: 2 × lines that are no JSON (line 2: " in capsys.readouterr().out


def test_settings_scalars_and_tokenizer(tmp_path: Path, write_rows: Write, capsys: Any) -> None:
    write_rows(tmp_path / "exp" / "rollouts" / "a.jsonl", [row(1, **tokens())])
    (tmp_path / "exp" / "rollouts" / "rollouts.config.json").write_text(
        json.dumps({"version": 1, "config": {"beta": 0.04, "gamma": 0.99}})
    )
    source = next(SAMPLES.glob("train_couplets/events*"))
    (tmp_path / "exp" / "tb").mkdir()
    shutil.copy(source, tmp_path / "exp" / "tb")
    (run,) = examine(str(tmp_path)).runs
    assert dict(run.config) == {"beta": 0.04, "gamma": 0.99}
    assert set(run.config_sources.values()) == {"rollouts.config.json"}
    assert (run.scalar_runs, run.pairing) == (("exp/tb",), "nearest")
    main(["doctor", str(tmp_path)])
    printed = capsys.readouterr().out
    assert "gamma 0.99" in printed
    assert "TensorBoard's scalars: exp/tb (nearest folder)" in printed


def test_ids_without_a_tokenizer(tmp_path: Path, write_rows: Write) -> None:
    sample = {
        "step": 1, "sample_idx": 0, "prompt_idx": 0, "prompt_tokens": [1, 2], "response_tokens": [30, 264],
        "reward": 1.0, "advantage": 0.5, "finish_reason": "stop", "dataset": "d", "ground_truth": [95],
        "request_info": None, "logprobs": [-1.0, -2.0],
    }  # fmt: skip
    write_rows(tmp_path / "x" / "r_rollouts_000000.jsonl", [sample])
    report = examine(str(tmp_path))
    assert (only(report).format, only(report).tokenizer) == ("open-instruct", "missing")
    assert "tokenizer.json" in report.runs[0].next[0]


def test_a_guessed_mapping_is_shown_with_its_toml(tmp_path: Path, write_rows: Write, capsys: Any) -> None:
    write_rows(
        tmp_path / "x" / "a.jsonl", [{"query": "p", "answer_text": "r", "completion": "r", "score": 1.0}]
    )
    report = examine(str(tmp_path))
    assert only(report).format.endswith("(guessed)")
    assert any("response" in one for one in only(report).told_by)
    assert "[mapping]" in report.runs[0].mapping_toml
    assert "The mapping is a guess" in report.runs[0].next[0]
    main(["doctor", str(tmp_path)])
    assert "    [mapping]" in capsys.readouterr().out


def test_a_conversation_is_a_field(tmp_path: Path, write_rows: Write) -> None:
    said = [{"role": "user", "content": "p"}, {"role": "assistant", "content": "r", "sampled": True}]
    write_rows(tmp_path / "a.jsonl", [row(1, messages=said)])
    assert "messages" in only(examine(str(tmp_path))).fields


def test_what_was_joined(tmp_path: Path, write_rows: Write, capsys: Any) -> None:
    write_rows(tmp_path / "x" / "a.jsonl", [row(1, prompt=f"p{i}") for i in range(3)])
    references = [{"prompt": f"p{i}", "ref_response": "r", "ref_reward": 0.25} for i in range(2)]
    write_rows(tmp_path / "x" / "reference.jsonl", references)
    report = examine(str(tmp_path))
    (joined,) = report.runs[0].joined
    assert (joined.what, joined.matched, joined.unmatched) == ("reference", 2, 1)
    assert {"ref_response", "ref_reward"} <= set(only(report).fields)
    main(["doctor", str(tmp_path)])
    assert "joined: reference from x/reference.jsonl: 2 of 3 samples have" in capsys.readouterr().out


def test_a_mapping_from_elsewhere(tmp_path: Path, write_rows: Write) -> None:
    write_rows(tmp_path / "log" / "a.jsonl", [{"said": "r", "asked": "p", "how_good": 0.5, "at": 3}])
    assert examine(str(tmp_path / "log")).exit_code == 1
    config = tmp_path / "rlboard.toml"
    config.write_text('[mapping]\nresponse = "said"\nprompt = "asked"\nreward = "how_good"\nstep = "at"\n')
    report = examine(str(tmp_path / "log"), config=str(config))
    assert (only(report).samples, only(report).steps, report.exit_code) == (1, (1, 3, 3), 0)
    assert "said → response" in only(report).told_by
    assert not report.runs[0].mapping_toml, "it is no guess"


def test_a_step_that_does_not_count_tells_nothing(tmp_path: Path, write_rows: Write) -> None:
    write_rows(tmp_path / "a.jsonl", [row(1_764_460_000 + at, f"r{at}") for at in range(4)])
    report = examine(str(tmp_path))
    assert set(only(report).told_by) == {"prompt → prompt", "response → response", "reward → reward"}
    assert 'step = ""' in report.runs[0].mapping_toml


def test_json(tmp_path: Path, write_rows: Write, capsys: Any) -> None:
    write_rows(tmp_path / "a.jsonl", [row(1, **tokens())])
    assert main(["doctor", "--json", str(tmp_path)]) == 0
    told = json.loads(capsys.readouterr().out)
    (run,) = told["runs"]
    assert run["files"][0]["format"] == "native"
    assert run["files"][0]["steps"] == [1, 1, 1]
    assert {"field": "values", "cost": "no critic: no value error, no explained variance"} in run["files"][0][
        "missing"
    ]
    assert told["exit_code"] == 0


def test_a_reader_that_has_seen_enough(tmp_path: Path, write_rows: Write) -> None:
    write_rows(tmp_path / "x" / "a.jsonl", [row(1)])
    command = f'"{sys.executable}" -m tensorboard_plugin_rlboard.cli doctor "{tmp_path}" | true'
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(SAMPLES.parent), *sys.path])}
    done = subprocess.run(command, shell=True, env=environment, capture_output=True, text=True, check=False)
    assert "Traceback" not in done.stderr
