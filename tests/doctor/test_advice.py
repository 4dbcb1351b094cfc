"""What `rlboard doctor` recommends, and in which order it says what a log has not."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import pytest
from doctor_reports import SAMPLES, only
from event_files import arguments, hyperparameters, scalars
from rollout_log import row

from tensorboard_plugin_rlboard import RolloutWriter
from tensorboard_plugin_rlboard.cli import main
from tensorboard_plugin_rlboard.doctor import advice
from tensorboard_plugin_rlboard.doctor.command import examine
from tensorboard_plugin_rlboard.doctor.printing import lines

Write = Callable[[Path, Iterable[Any]], Path]
TOKENS: dict[str, Any] = {"response_tokens": ["a", " b"], "logprobs": [-1.0, -2.0]}


def test_the_writer_is_not_recommended_to_who_uses_it(tmp_path: Path) -> None:
    with RolloutWriter(tmp_path / "run", scalars=False) as writer:
        writer.log(step=1, prompt="p", response="r", reward=1.0)
    (run,) = examine(str(tmp_path)).runs
    (advised,) = run.next
    assert "pass response_tokens and logprobs to RolloutWriter.log, too (docs/logging.md)." in advised


def test_no_reference_is_asked_of_a_training_without_kl(tmp_path: Path, write_rows: Write) -> None:
    write_rows(tmp_path / "a.jsonl", [row(1, **TOKENS)])
    (run,) = examine(str(tmp_path)).runs
    assert run.next == ["For KL, log ref_logprobs: those of the reference model for the same tokens."]
    (tmp_path / "rlboard.toml").write_text("[config]\nbeta = 0.0\n")
    (run,) = examine(str(tmp_path)).runs
    assert run.next == []


@pytest.mark.parametrize("installed", [True, False])
def test_the_package_is_recommended_only_where_it_is_missing(
    tmp_path: Path, write_rows: Write, monkeypatch: pytest.MonkeyPatch, installed: bool
) -> None:
    sample = {
        "step": 1, "sample_idx": 0, "prompt_idx": 0, "prompt_tokens": [1, 2], "response_tokens": [30, 264],
        "reward": 1.0, "advantage": 0.5, "finish_reason": "stop", "dataset": "d", "ground_truth": [95],
        "request_info": None, "logprobs": [-1.0, -2.0],
    }  # fmt: skip
    write_rows(tmp_path / "r_rollouts_000000.jsonl", [sample])
    monkeypatch.setattr(advice, "find_spec", lambda _: installed or None)
    (run,) = examine(str(tmp_path)).runs
    assert "tokenizer.json" in run.next[0]
    assert ("pip install" in run.next[0]) is not installed


def test_a_guess_goes_into_the_file_that_there_is(tmp_path: Path, write_rows: Write) -> None:
    write_rows(tmp_path / "x" / "a.jsonl", [{"query": "p", "completion": "r", "score": 1.0}])
    assert "as rlboard.toml in the run's folder" in examine(str(tmp_path)).runs[0].next[0]
    (tmp_path / "rlboard.toml").write_text("[config]\ngamma = 1\n")
    assert "into rlboard.toml, corrected" in examine(str(tmp_path)).runs[0].next[0]


def test_the_dump_of_a_training_that_a_hook_logs_points_to_it(tmp_path: Path, write_rows: Write) -> None:
    texts = [f"The answer is number {at} indeed." for at in range(4)]
    dump = [
        {"step": step, "prompt": "p", "completion": f"{text} {step}", "correct": 1.0, "advantage": 0.0}
        for step in (1, 2)
        for text in texts
    ]
    hook = [
        {"step": step, "prompt": "<p>", "response": f"{text} {step}", "reward": 1.0, **TOKENS}
        for step in (1, 2)
        for text in texts
    ]
    write_rows(tmp_path / "completions" / "c.jsonl", dump)
    write_rows(tmp_path / "rollouts" / "rollouts.rank_0.jsonl", hook)
    completions, rollouts = examine(str(tmp_path)).runs
    assert completions.next == ["The run rollouts holds the same samples with their tokens: look there."]
    assert completions.warnings[-1].startswith("rollouts holds the same samples as this run; this one has no")
    assert rollouts.warnings[-1].startswith("completions holds the same samples")


def test_what_only_a_critic_has_comes_last_and_in_one_line(
    tmp_path: Path, write_rows: Write, capsys: pytest.CaptureFixture[str]
) -> None:
    write_rows(tmp_path / "a.jsonl", [row(1, **TOKENS)])
    file = only(examine(str(tmp_path)))
    assert [one.field for one in file.missing][-3:] == ["values", "token_rewards", "returns"]
    main(["doctor", str(tmp_path)])
    printed = capsys.readouterr().out.splitlines()
    has_not = printed[printed.index("    has not") + 1 :]
    assert "      entropies: no entropy; surprise stands in for it" in has_not
    of_critic = [at for at, line in enumerate(has_not) if "values" in line and "not looked for" not in line]
    assert [has_not[at] for at in of_critic] == [
        "      nor what only a training with a critic has (PPO): values, token_rewards, returns"
    ]
    assert has_not[of_critic[0] + 1].startswith("  settings:"), "nothing comes after it"


def test_a_critic_that_is_there_is_said_field_by_field(tmp_path: Path, write_rows: Write) -> None:
    write_rows(tmp_path / "a.jsonl", [row(1, **TOKENS, values=[0.5, 0.25])])
    printed = "\n".join(lines(examine(str(tmp_path))))
    assert "token_rewards: no reward of single tokens, no returns" in printed
    assert "PPO" not in printed


def test_a_log_without_tokens_says_so_in_two_lines(tmp_path: Path, write_rows: Write) -> None:
    write_rows(tmp_path / "a.jsonl", [row(1)])
    printed = list(lines(examine(str(tmp_path))))
    about = [line.strip() for line in printed if "logprobs" in line or "token view" in line]
    assert about[:2] == [
        "response_tokens: no token view: no colours, no matrix, no worst tokens",
        "and no number for each token: logprobs, ref_logprobs, rollout_logprobs, new_logprobs, entropies, advantages",
    ]


def test_every_array_that_is_logged_is_said(tmp_path: Path, write_rows: Write) -> None:
    arrays: dict[str, Any] = {name: [0.5, 0.25] for name in ("returns", "new_logprobs", "rollout_logprobs")}
    write_rows(tmp_path / "a.jsonl", [row(1, **TOKENS, **arrays)])
    assert {"returns", "new_logprobs", "rollout_logprobs", "logprobs"} <= set(
        only(examine(str(tmp_path))).fields
    )


def test_files_come_in_the_order_in_which_numbers_are_counted(tmp_path: Path, write_rows: Write) -> None:
    for step in (1, 2, 10, 11):
        write_rows(tmp_path / "x" / f"{step}.jsonl", [row(step)])
    printed = "\n".join(lines(examine(str(tmp_path))))
    assert "  x/1.jsonl … x/11.jsonl (4 files)" in printed


def test_sources_of_settings_have_names_that_a_user_knows(tmp_path: Path, write_rows: Write) -> None:
    write_rows(tmp_path / "a" / "r.jsonl", [row(1)])
    scalars(tmp_path / "a", {"loss": [1.0]})
    arguments(tmp_path / "a", '{"beta": 0.04}')
    hyperparameters(tmp_path / "a" / "17", {"gamma": 0.9})
    printed = "\n".join(lines(examine(str(tmp_path))))
    assert "the arguments that the trainer wrote into TensorBoard's text `args`" in printed
    assert "TensorBoard's hyperparameters" in printed
    assert "text_summary" not in printed


def test_mistakes_in_settings_are_said_and_are_not_well(
    tmp_path: Path, write_rows: Write, capsys: pytest.CaptureFixture[str]
) -> None:
    write_rows(tmp_path / "a" / "r.jsonl", [row(1)])
    (tmp_path / "a" / "rlboard.toml").write_text("[maping]\n[text]\npadd = 'x'\n")
    assert main(["doctor", str(tmp_path), "--config", str(tmp_path / "none.toml")]) == 1
    printed = capsys.readouterr().out
    assert "Settings that do not count:" in printed
    assert f"  --config: there is no file {tmp_path / 'none.toml'}; nothing of it counts.\n" in printed
    assert "  a/rlboard.toml: there is no section [maping] (did you mean [mapping]?).\n" in printed
    assert "  a/rlboard.toml: [text] padd is not known (did you mean pad?); it is left out.\n" in printed
    report = examine(str(SAMPLES))
    assert (report.settings_problems, report.exit_code) == ([], 0)


def test_two_trainings_in_one_folder_are_a_warning(tmp_path: Path, write_rows: Write) -> None:
    for name in ("runA", "runB"):
        write_rows(tmp_path / f"{name}.jsonl", [row(step) for step in (1, 2, 3)])
    printed = "\n".join(lines(examine(str(tmp_path))))
    assert "  warning: runA.jsonl and runB.jsonl log 3 of the same steps (1 to 3)" in printed


def test_no_tokenizer_is_asked_of_a_log_without_token_ids(tmp_path: Path, write_rows: Write) -> None:
    validated = {
        "idx": 0,
        "content": [{"role": "user", "content": "p"}, {"role": "assistant", "content": "r"}],
    }
    write_rows(tmp_path / "val_data_step3.jsonl", [validated | {"rewards": [1.0]}])
    (run,) = examine(str(tmp_path)).runs
    assert run.files[0].format == "nemo-rl"
    assert not any("tokenizer" in line for line in run.next)
