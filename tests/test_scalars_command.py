"""`rlboard scalars` as its user meets it."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from repository import ROOT
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
from tensorboard.summary.writer.event_file_writer import EventFileWriter

from tensorboard_plugin_rlboard.cli import main
from tensorboard_plugin_rlboard.writer import RolloutWriter


def curves(folder: Path) -> dict[str, dict[int, float]]:
    found = EventAccumulator(str(folder), size_guidance={"scalars": 0})
    found.Reload()
    return {tag: {e.step: e.value for e in found.Scalars(tag)} for tag in found.Tags()["scalars"]}


def made(folder: Path) -> list[Path]:
    return sorted(folder.rglob("*tfevents*.rlboard"))


@pytest.fixture
def logs(tmp_path: Path) -> Path:
    """Two runs without event files; `b` has an eval split."""
    for run in ("a", "b"):
        with RolloutWriter(tmp_path / "logs" / run, precision=None, scalars=False) as writer:
            for step in range(3):
                writer.log_batch(
                    step=step,
                    prompt=["p", "p", "q"],
                    group_id=["g", "g", "h"],
                    response=["r", "r", "r"],
                    reward=[1.0, 1.0, step],
                    logprobs=[[-0.5, -0.25]] * 3,
                    ref_logprobs=[[-0.5, -0.5]] * 3,
                    finish_reason=["stop", "length", "stop"],
                )
    with RolloutWriter(tmp_path / "logs" / "b", split="eval", scalars=False) as writer:
        writer.log(step=2, response="r", reward=0.5)
    return tmp_path / "logs"


def test_one_event_file_for_each_run(logs: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["scalars", str(logs)]) == 0
    assert [path.parent.name for path in made(logs)] == ["a", "b"]
    said = capsys.readouterr()
    assert said.err == ""
    assert "a: 9 curves of 3 steps written to" in said.out
    assert all(str(path) in said.out for path in made(logs))
    found = curves(logs / "a")
    assert found["rlboard/reward"] == pytest.approx({0: 2 / 3, 1: 1.0, 2: 4 / 3})
    assert found["rlboard/zero_advantage_groups"] == {0: 1.0, 1: 1.0, 2: 1.0}
    assert found["rlboard/truncation_share"] == pytest.approx(dict.fromkeys(range(3), 1 / 3))
    assert curves(logs / "b")["rlboard_eval/reward"] == {2: 0.5}
    assert [path.name for path in (logs / "a").iterdir() if path.name.startswith(".")] == []


def test_they_are_what_the_writer_would_have_written(tmp_path: Path) -> None:
    with RolloutWriter(tmp_path / "run", precision=None) as writer:
        for step in range(2):
            writer.log_batch(
                step=step,
                response=["r", "s"],
                reward=[1.0, float(step)],
                logprobs=[[-0.5], [-1.0, -2.0]],
                group_id=[1, 1],
            )
    (mine,) = made(tmp_path)
    shutil.copytree(
        tmp_path / "run", tmp_path / "again", ignore=lambda _, names: [n for n in names if "tfevents" in n]
    )
    assert main(["scalars", str(tmp_path), "--run", "again"]) == 0
    assert curves(tmp_path / "again") == curves(tmp_path / "run")
    assert mine in made(tmp_path)


def test_the_event_file_names_the_rollouts(logs: Path) -> None:
    assert main(["scalars", str(logs), "--run", "b"]) == 0
    found = EventAccumulator(str(logs / "b"))
    found.Reload()
    (content,) = found.PluginTagToContent("rlboard").values()
    assert json.loads(content)["files"] == ["rollouts.eval.rank_0.jsonl", "rollouts.rank_0.jsonl"]


def test_it_does_not_write_twice_unless_forced(logs: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["scalars", str(logs), "--run", "a"]) == 0
    (first,) = made(logs)
    assert main(["scalars", str(logs), "--run", "a"]) == 1
    assert "--force" in capsys.readouterr().err
    assert made(logs) == [first]
    assert main(["scalars", str(logs), "--run", "a", "--force"]) == 0
    (second,) = made(logs)
    assert second != first
    assert len(curves(logs / "a")["rlboard/reward"]) == 3


def test_the_writers_own_files_stay(tmp_path: Path) -> None:
    with RolloutWriter(tmp_path) as writer:
        writer.log(step=1, response="r", reward=1.0)
    (live,) = made(tmp_path)
    assert main(["scalars", str(tmp_path)]) == 1
    assert main(["scalars", str(tmp_path), "--force"]) == 0
    assert live in made(tmp_path)
    assert len(made(tmp_path)) == 2


def test_beside_the_trainers_event_files_a_folder_of_its_own(logs: Path) -> None:
    EventFileWriter(str(logs / "a")).close()
    assert main(["scalars", str(logs), "--run", "a"]) == 0
    assert [path.parent for path in made(logs)] == [logs / "a" / "rlboard"]
    assert main(["scalars", str(logs), "--run", "a"]) == 1


def test_another_folder(logs: Path, tmp_path: Path) -> None:
    assert main(["scalars", str(logs), "--out", str(tmp_path / "out")]) == 0
    assert made(logs) == []
    assert [path.parent for path in made(tmp_path / "out")] == [
        tmp_path / "out" / "a",
        tmp_path / "out" / "b",
    ]


@pytest.mark.parametrize(
    ("arguments", "code", "reason"),
    [
        (["{logs}/none"], 2, "no such directory"),
        (["{logs}", "--run", "c"], 2, "There is no run c; runs: a, b."),
        (["{logs}/a/empty"], 2, "no rollout logs"),
        (["s3://bucket/logs"], 2, "--out"),
    ],
)
def test_what_cannot_be_begun(
    logs: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], code: int, reason: str
) -> None:
    (logs / "a" / "empty").mkdir()
    assert main(["scalars", *(text.format(logs=logs) for text in arguments)]) == code
    assert reason in capsys.readouterr().err


def test_a_folder_that_cannot_be_written_leaves_the_other_runs(
    logs: Path, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "a").write_text("a file in the way")
    assert main(["scalars", str(logs), "--out", str(tmp_path / "out")]) == 1
    said = capsys.readouterr()
    assert said.err.startswith("a: ")
    assert "b: " in said.out


def test_the_shipped_samples(tmp_path: Path) -> None:
    assert main(["scalars", str(ROOT / "rollout_samples"), "--out", str(tmp_path)]) == 0
    assert {path.parent.name for path in made(tmp_path)} >= {"eval_couplets", "train_couplets"}
    assert {"rlboard/reward", "rlboard/k3_mean", "rlboard/n_tokens"} <= set(
        curves(tmp_path / "train_couplets")
    )


def test_what_could_not_be_read_is_said(logs: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with (logs / "a" / "rollouts.rank_0.jsonl").open("a") as file:
        file.write("no JSON\n")
    assert main(["scalars", str(logs), "--run", "a"]) == 0
    assert "(1 problem in its logs: the tab lists what)" in capsys.readouterr().out


def test_what_cannot_be_read_or_does_not_count_is_said(
    logs: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (logs / "a" / "torn.jsonl").symlink_to("nowhere.jsonl")
    (logs / "rlboard.toml").write_text("[maping]\n")
    assert main(["scalars", str(logs)]) == 1
    said = capsys.readouterr().err.splitlines()
    assert "rlboard.toml: there is no section [maping] (did you mean [mapping]?)." in said
    assert any(line.startswith("Not read: ") and "torn.jsonl" in line for line in said)
    assert len(made(logs)) == 2, "what could be read is written"


def test_what_was_guessed_is_said_beside_the_curves(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rows = [{"step": n, "prompt": "p", "output": f"so {n}", "rewards": {"a": n, "b": 1}} for n in range(3)]
    (tmp_path / "log.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    assert main(["scalars", str(tmp_path)]) == 0
    said = capsys.readouterr()
    assert "curves of 3 steps written" in said.out
    assert said.err == ".: The reward is the plain sum of a, b: their weights are not in the rows.\n"
