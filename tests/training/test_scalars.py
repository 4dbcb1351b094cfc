from __future__ import annotations

import math
import random
import time
from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import pytest
from providers import data_server, multiplexer
from tensorboard import context, errors
from tensorboard.compat.proto.event_pb2 import Event
from tensorboard.compat.proto.summary_pb2 import Summary
from tensorboard.summary.writer.event_file_writer import EventFileWriter

from tensorboard_plugin_rlboard.errors import UnknownError
from tensorboard_plugin_rlboard.training.scalar_pairing import (
    DeclaredRuns,
    ScalarPairing,
    ScalarRuns,
    validated_runs,
)
from tensorboard_plugin_rlboard.training.scalar_reader import (
    ListedTags,
    ReadCurves,
    ScalarCurve,
    ScalarReader,
)

if TYPE_CHECKING:
    from pathlib import Path

CTX = context.RequestContext()


def write(folder: Path, tags: dict[str, list[float]], first_step: int = 0) -> None:
    writer = EventFileWriter(str(folder))
    for tag, values in tags.items():
        for offset, value in enumerate(values):
            summary = Summary(value=[Summary.Value(tag=tag, simple_value=value)])
            step = first_step + offset
            writer.add_event(Event(step=step, wall_time=100.0 + step, summary=summary))
    writer.close()


@pytest.fixture
def logs(tmp_path: Path) -> Path:
    write(tmp_path / "ppo", {"loss": [1.0, 0.5, math.nan], "lr": [0.25]})
    write(tmp_path / "ppo" / "critic", {"loss": [7.0], "critic/loss": [math.inf]}, first_step=5)
    return tmp_path


@pytest.mark.parametrize("make_provider", [multiplexer, data_server])
@pytest.mark.filterwarnings("ignore::ResourceWarning")  # TensorBoard never closes its data server's pipe
def test_scalars_are_read_through_both_providers(logs: Path, make_provider: Any) -> None:
    reader = ScalarReader(make_provider(logs))
    tags = {"ppo": ["loss", "lr"], "ppo/critic": ["critic/loss", "loss"]}
    deadline = time.monotonic() + 30
    while reader.list_tags(CTX, "") != ListedTags(tags) and time.monotonic() < deadline:
        time.sleep(0.05)  # the data server loads in the background
    assert reader.list_tags(CTX, "") == ListedTags(tags)
    assert reader.list_tags(CTX, "", ["ppo"]) == ListedTags({"ppo": ["loss", "lr"]})
    assert reader.list_tags(CTX, "", ["nothing"]) == ListedTags()
    assert reader.list_tags(CTX, "", []) == ListedTags()

    found = reader.read_series(CTX, "", ["ppo", "ppo/critic"], ["loss", "critic/loss", "nothing"])
    assert found.reason == ""
    assert list(found.series_by_tag) == ["loss", "critic/loss"]
    loss = found.series_by_tag["loss"]
    assert (loss.step, loss.wall_time, loss.value[:2]) == ([0, 1, 2], [100.0, 101.0, 102.0], [1.0, 0.5])
    assert math.isnan(loss.value[2])
    assert found.series_by_tag["critic/loss"] == ScalarCurve([5], [105.0], [math.inf])
    assert reader.read_series(CTX, "", ["ppo/critic", "ppo"], ["loss"]).series_by_tag["loss"].value == [7.0]
    assert reader.read_series(CTX, "", [], ["loss"]) == ReadCurves()


def test_without_provider_there_is_a_reason() -> None:
    reader = ScalarReader(None)
    assert reader.list_tags(CTX, "") == ListedTags(reason="TensorBoard was started without a data provider.")
    assert reader.read_series(CTX, "", ["a"], ["b"]) == ReadCurves(reason=reader.list_tags(CTX, "").reason)


class FailingProvider:
    def __init__(self, error: Exception) -> None:
        self.error = error

    def list_scalars(self, *args: Any, **kwargs: Any) -> Any:
        raise self.error

    read_scalars = list_scalars


@pytest.mark.parametrize(
    ("error", "detail"),
    [
        (errors.NotFoundError("no such experiment"), "no such experiment"),
        (OSError("/secret/path"), "OSError"),
    ],
)
def test_failing_provider_gives_a_reason(error: Exception, detail: str) -> None:
    reader = ScalarReader(FailingProvider(error))
    for answer in (reader.list_tags(CTX, ""), reader.read_series(CTX, "", ["a"], ["b"])):
        assert answer.reason.startswith("TensorBoard's scalars could not be read: ")
        assert answer.reason.endswith(detail)
        assert "secret" not in answer.reason
    assert reader.list_tags(CTX, "").tags_by_run == {}
    assert reader.read_series(CTX, "", ["a"], ["b"]).series_by_tag == {}


@pytest.mark.parametrize(
    ("run", "scalar_runs", "expected"),
    [
        # rule 1: here and below
        ("ppo", ["grpo", "ppo"], ["ppo"]),
        ("ppo", ["ppo/z", "ppo", "ppo/a", "ppo2"], ["ppo", "ppo/a", "ppo/z"]),
        ("exp_001", ["exp_001/tensorboard", "exp_002/tensorboard"], ["exp_001/tensorboard"]),
        (".", [".", "x"], [".", "x"]),
        ("a/.", ["a/x", "b/x", "a/."], ["a/.", "a/x"]),
        # rule 2: above and beside
        ("exp/rollouts", ["exp", "exp/tb"], ["exp"]),
        ("rollouts", [".", "tb"], ["."]),
        ("a/rollouts", ["a/."], ["a/."]),
        (
            "exp/completions",
            ["exp/runs/Nov22", "exp/runs/Nov23", "other"],
            ["exp/runs/Nov22", "exp/runs/Nov23"],
        ),
        ("completions", ["runs/Nov22"], ["runs/Nov22"]),
        ("exp/rollouts/train", ["exp/tb", "exp2/tb"], ["exp/tb"]),
        ("exp/rollouts", ["exp/tb1", "exp/tb2"], []),
        ("ppo", ["grpo", "dpo"], []),
        ("ppo", [], []),
        (".", [], []),
    ],
)
def test_pairing(run: str, scalar_runs: list[str], expected: list[str]) -> None:
    assert ScalarRuns(scalar_runs).matching(run) == expected


def test_another_training_s_scalars_are_left_to_it() -> None:
    rollouts = ["ppo", "grpo"]
    assert ScalarRuns(["grpo/tb"], rollouts).matching("ppo") == []
    assert ScalarRuns(["grpo/tb"], rollouts).matching("grpo") == ["grpo/tb"]
    rollouts = ["logs/a/completions", "logs/b/completions"]
    assert ScalarRuns(["logs/b/runs/x"], rollouts).matching("logs/a/completions") == []
    assert ScalarRuns(["logs/b/runs/x"], rollouts).matching("logs/b/completions") == ["logs/b/runs/x"]
    assert ScalarRuns(["exp/tb"], ["exp/train", "exp/val"]).matching("exp/train") == ["exp/tb"]
    assert ScalarRuns([".", "x", "ppo/tb"], [".", "ppo"]).matching(".") == [".", "x"]
    assert ScalarRuns(["exp/eval"], ["exp", "exp/eval"]).matching("exp") == []
    assert ScalarRuns(["exp/eval", "exp"], ["exp", "exp/eval"]).matching("exp/eval") == ["exp/eval"]


def by_the_rules(run: str, scalar_runs: Sequence[str], rollout_runs: Sequence[str]) -> list[str]:
    """The rules of `ScalarRuns.matching` word by word: everything is compared with everything."""

    def path(name: str) -> list[str]:
        return [folder for folder in name.split("/") if folder not in {"", "."}]

    home = path(run)
    others = [path(name) for name in rollout_runs if path(name) != home]
    below, beside = list[str](), list[tuple[list[str], str]]()
    for name in sorted(scalar_runs, key=lambda name: (path(name), name)):
        if path(name)[: len(home)] != home:
            beside.append((path(name), name))
        elif not any(len(other) > len(home) and path(name)[: len(other)] == other for other in others):
            below.append(name)
    if below:
        return below
    for depth in range(len(home) - 1, -1, -1):
        inside = [(place, name) for place, name in beside if place[:depth] == home[:depth]]
        itself = [name for place, name in inside if len(place) == depth]
        subfolders = {place[depth] for place, _ in inside if len(place) > depth}
        taken = [o for o in others if o[:depth] == home[:depth] and set(o[depth : depth + 1]) & subfolders]
        if itself:
            return itself
        if inside:
            return [name for _, name in inside] if len(subfolders) == 1 and not taken else []
    return []


def test_thousands_of_runs_are_paired_as_the_rules_say() -> None:
    draw = random.Random(3)

    def names(most: int) -> list[str]:
        return list(
            {"/".join(draw.choices("abc.", k=draw.randint(1, 4))) for _ in range(draw.randint(0, most))}
        )

    found: Counter[int] = Counter()
    for _ in range(600):
        scalars, rollouts = names(5), names(5)
        for run in (*rollouts, *names(2)):
            pairs = ScalarRuns(scalars, rollouts).matching(run)
            assert pairs == by_the_rules(run, scalars, rollouts), (run, scalars, rollouts)
            found[min(len(pairs), 2)] += 1
    assert min(found.values()) > 200
    many = [f"exp{i}/tb" for i in range(20_000)]  # each compared with each would be minutes
    paired = ScalarRuns(many, [f"exp{i}" for i in range(20_000)])
    assert [paired.pair(f"exp{i}").runs for i in range(20_000)] == [(name,) for name in many]


def test_how_a_pairing_is_known() -> None:
    assert ScalarRuns(["exp", "exp/tb"]).pair("exp") == ScalarPairing(("exp", "exp/tb"), "same")
    assert ScalarRuns(["a/."]).pair("a/.") == ScalarPairing(("a/.",), "same")
    assert ScalarRuns(["exp/tb"]).pair("exp") == ScalarPairing(("exp/tb",), "nearest")
    assert ScalarRuns(["exp/runs/x"]).pair("exp/completions") == ScalarPairing(("exp/runs/x",), "nearest")
    assert ScalarRuns(["exp/tb1", "exp/tb2"]).pair("exp/rollouts") == ScalarPairing((), "none")
    assert ScalarRuns([]).pair("exp/rollouts") == ScalarPairing()


def test_what_the_user_names_counts_most() -> None:
    scalars = ["exp", "exp/runs/a", "exp/runs/b", "other"]
    assert ScalarRuns(scalars).pair("exp", from_toml=["other"], declared=["exp"]) == ScalarPairing(
        ("other",), "settings"
    )
    named = ScalarRuns(scalars).pair("exp", from_toml=["exp/runs", "other", "exp/runs/a"])
    assert named == ScalarPairing(("exp/runs/a", "exp/runs/b", "other"), "settings")
    assert ScalarRuns(scalars).pair("exp", from_toml=[]) == ScalarPairing((), "settings")
    assert ScalarRuns(scalars).pair("exp", from_toml=["gone"]) == ScalarPairing((), "settings")
    assert ScalarRuns(scalars).pair("exp", from_toml=["."]).runs == tuple(scalars)


def test_what_the_writer_declares_leaves_no_guess() -> None:
    scalars = ["exp/tb1", "exp/tb2"]
    assert ScalarRuns(scalars).pair("exp/rollouts", declared=["exp/tb2"]) == ScalarPairing(
        ("exp/tb2",), "declared"
    )
    # The writer keeps out of the trainer's own event files by a folder of its own; both belong to the run.
    both = ScalarRuns(["exp", "exp/rlboard"]).pair("exp", declared=["exp/rlboard"])
    assert both == ScalarPairing(("exp", "exp/rlboard"), "declared")
    # An event file that has no scalars is nothing to pair with.
    assert ScalarRuns(["exp"]).pair("exp", declared=["exp/rlboard"]) == ScalarPairing(("exp",), "same")


@pytest.mark.parametrize(
    ("run", "files", "declarations", "expected"),
    [
        ("exp", ["exp/r.jsonl"], [("exp", ["r.jsonl"])], ["exp"]),
        ("exp", ["exp/r.jsonl"], [("exp/rlboard", ["../r.jsonl"])], ["exp/rlboard"]),
        (
            "exp/c",
            ["exp/c/r.jsonl"],
            [("exp/runs/x", ["../../c/r.jsonl"]), ("exp", ["d/r.jsonl"])],
            ["exp/runs/x"],
        ),
        (".", ["./r.jsonl"], [(".", ["r.jsonl"]), ("a", ["../r.jsonl"])], [".", "a"]),
        ("a/.", ["a/./r.jsonl"], [("a/.", ["./r.jsonl"])], ["a/."]),
        # A file that is not there yet counts for its folder.
        ("exp", ["exp/r.jsonl"], [("exp", ["r-00001.jsonl"])], ["exp"]),
        # A run whose files lie in folders of their own.
        ("exp", ["exp/step_1/r.jsonl"], [("tb", ["../exp/step_1/r.jsonl"])], ["tb"]),
        # Nothing above the log directory is anybody's.
        (".", ["./r.jsonl"], [(".", ["../r.jsonl"]), ("a", ["../../r.jsonl"]), ("b", ["/etc/r.jsonl"])], []),
        ("etc", ["etc/r.jsonl"], [("b", ["/etc/r.jsonl"])], []),
        ("exp", ["exp/r.jsonl"], [("exp", [])], []),
    ],
)
def test_event_files_that_name_rollouts(
    run: str, files: list[str], declarations: list[tuple[str, list[str]]], expected: list[str]
) -> None:
    assert DeclaredRuns(declarations).runs_for(run, files) == expected


def test_of_many_scalar_runs_the_nearest_are_offered() -> None:
    assert ScalarRuns(["b", "a"]).selectable("a") == ["a", "b"]
    many = [*(f"other/{i}" for i in range(300)), *(f"exp/run/{i}" for i in range(99)), "exp/x"]
    assert ScalarRuns(many).selectable("exp/run") == sorted(many[300:])


def test_a_choice_is_checked_against_the_names_of_the_provider() -> None:
    assert validated_runs(["b", "a", "b"], ["a", "b", "c"]) == ["b", "a"]
    for name in ("d", "../a", "/etc", ""):
        with pytest.raises(UnknownError):
            validated_runs(["a", name], ["a", "b"])
