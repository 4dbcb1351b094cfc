"""`rlboard doctor`: what it says of logs of all kinds, and that it leaves them alone."""

from __future__ import annotations

import gzip
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import pytest
from repository import ROOT

from tensorboard_plugin_rlboard.cli import main
from tensorboard_plugin_rlboard.doctor import tensorboard_runs
from tensorboard_plugin_rlboard.doctor.command import examine
from tensorboard_plugin_rlboard.doctor.printing import lines
from tensorboard_plugin_rlboard.doctor.report import FileReport, Report

SAMPLES = ROOT / "rollout_samples"
Write = Callable[[Path, Iterable[Any]], Path]


def row(step: int, **more: Any) -> dict[str, Any]:
    return {"step": step, "prompt": "p", "response": "a b", "reward": 0.5, **more}


def tokens(**more: Any) -> dict[str, Any]:
    return {"response_tokens": ["a", " b"], "logprobs": [-1.0, -2.0], **more}


def only(report: Report) -> FileReport:
    (run,) = report.runs
    (file,) = run.files
    return file


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
    assert "Problems bad_json: look at the line" in advice
    assert "The tab lists every problem" in advice
    main(["doctor", str(tmp_path)])
    assert "problem: 2 × bad_json (line 2: " in capsys.readouterr().out


def test_look_alikes_have_their_reason(tmp_path: Path, write_rows: Write, capsys: Any) -> None:
    write_rows(tmp_path / "metrics.jsonl", [{"step": 1, "loss": 0.5}])
    report = examine(str(tmp_path))
    assert report.exit_code == 1, "there is nothing to show"
    (ignored,) = report.ignored
    assert ignored.file.endswith("metrics.jsonl")
    assert "loss" in ignored.reason
    assert not ignored.unreadable
    assert main(["doctor", str(tmp_path)]) == 1
    printed = capsys.readouterr().out
    assert "Not read:" in printed
    assert "Nothing here is a log that can be shown." in printed


def test_nothing_at_all(tmp_path: Path, capsys: Any) -> None:
    (tmp_path / "notes.txt").write_text("x")
    assert main(["doctor", str(tmp_path)]) == 1
    assert "There is no file that could be a log." in capsys.readouterr().out
    assert main(["doctor", str(tmp_path / "nowhere")]) == 1
    assert capsys.readouterr().err == f"There is no file or folder {tmp_path / 'nowhere'}.\n"


def test_a_file_that_cannot_be_read(tmp_path: Path, write_rows: Write) -> None:
    write_rows(tmp_path / "good.jsonl", [row(1)])
    (tmp_path / "bad.jsonl").symlink_to("nowhere.jsonl")
    report = examine(str(tmp_path))
    assert report.exit_code == 1
    assert [(one.unreadable, Path(one.file).name) for one in report.ignored] == [(True, "bad.jsonl")]
    assert "Some files could not be read: see above for the reasons." in report.next


def test_a_damaged_archive(tmp_path: Path, write_rows: Write) -> None:
    lines = write_rows(tmp_path / "plain", [row(i, note="x" * i) for i in range(1, 400)]).read_bytes()
    packed = gzip.compress(lines)
    (tmp_path / "a.jsonl.gz").write_bytes(packed[: len(packed) // 2])
    report = examine(str(tmp_path))
    assert 0 < only(report).samples < 399
    assert [problem.kind for problem in only(report).problems] == ["damaged_archive"]
    assert report.exit_code == 1


def test_large_files_in_part(tmp_path: Path, write_rows: Write, capsys: Any) -> None:
    large = write_rows(tmp_path / "x" / "large.jsonl", [row(i, note="n" * 1000) for i in range(1, 101)])
    write_rows(tmp_path / "x" / "small.jsonl", [row(7)])
    report = examine(str(tmp_path), 50_000)
    (first, second) = report.runs[0].files
    assert not first.whole
    assert first.bytes == large.stat().st_size
    assert 40_000 < first.read_bytes <= 50_000
    assert 40 <= first.samples < 50
    assert first.steps == (first.samples, 1, first.samples)
    assert not first.problems, "the line that was cut is no problem of the file"
    assert (second.whole, second.samples) == (True, 1)
    assert "Large files were read in part: --all reads everything." in report.next
    printed = "\n".join(lines(report))
    size = f"{first.bytes / 1000:.1f} kB"
    assert (
        f"steps 1 to {first.samples}, train, in the first {first.read_bytes / 1000:.1f} kB of {size}"
        in printed
    )
    whole = examine(str(tmp_path), 0)
    assert [file.samples for file in whole.runs[0].files] == [100, 1]
    assert all(file.whole for file in whole.runs[0].files)


def test_a_first_line_beyond_the_limit_is_read_nevertheless(tmp_path: Path, write_rows: Write) -> None:
    write_rows(tmp_path / "a.jsonl", [row(1, note="n" * 5000), row(2)])
    file = only(examine(str(tmp_path), 1000))
    assert (file.samples, file.whole) == (2, True)


def test_one_file_alone(tmp_path: Path, write_rows: Write) -> None:
    wanted = write_rows(tmp_path / "a.jsonl", [row(1), row(2)])
    write_rows(tmp_path / "b.jsonl", [row(3)])
    write_rows(tmp_path / "sub" / "a.jsonl", [row(4)])
    write_rows(tmp_path / "metrics.jsonl", [{"loss": 1}])
    report = examine(str(wanted))
    assert (only(report).samples, only(report).steps) == (2, (2, 1, 2))
    assert not report.ignored
    refused = examine(str(tmp_path / "metrics.jsonl"))
    assert (len(refused.runs), len(refused.ignored), refused.exit_code) == (0, 1, 1)


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


def test_large_event_files_are_known_by_their_folders(tmp_path: Path) -> None:
    from tensorboard_plugin_rlboard.sources.discovery.logdir import Root

    shutil.copytree(SAMPLES / "train_couplets", tmp_path / "x")
    assert tensorboard_runs.read(Root("", str(tmp_path)), largest=10).scalars == ("x",)
    (tmp_path / "y").mkdir()
    (tmp_path / "y" / "events.out.tfevents.1").write_bytes(b"no event file")
    assert tensorboard_runs.read(Root("", str(tmp_path))).scalars == ("x",), "it holds no scalars"


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


def test_many_files_alike_are_told_together(tmp_path: Path, write_rows: Write, capsys: Any) -> None:
    for step in range(1, 31):
        write_rows(tmp_path / "x" / f"{step:03d}.jsonl", [row(step)])
    main(["doctor", str(tmp_path)])
    printed = capsys.readouterr().out
    assert "  x/001.jsonl … x/030.jsonl (30 files)" in printed
    assert "native: 30 samples, steps 1 to 30, train" in printed
    assert printed.count("has not") == 1


def test_a_reader_that_has_seen_enough(tmp_path: Path, write_rows: Write) -> None:
    write_rows(tmp_path / "x" / "a.jsonl", [row(1)])
    command = f'"{sys.executable}" -m tensorboard_plugin_rlboard.cli doctor "{tmp_path}" | true'
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(SAMPLES.parent), *sys.path])}
    done = subprocess.run(command, shell=True, env=environment, capture_output=True, text=True, check=False)
    assert "Traceback" not in done.stderr


def test_the_folder_stays_as_it_is(tmp_path: Path) -> None:
    folder = tmp_path / "logs"
    shutil.copytree(SAMPLES, folder)

    def everything() -> dict[str, tuple[int, int]]:
        found = {path: path.stat() for path in [folder, *folder.rglob("*")]}
        return {str(path): (facts.st_size, facts.st_mtime_ns) for path, facts in found.items()}

    before = everything()
    examine(str(folder))
    examine(str(folder), 0)
    assert everything() == before
