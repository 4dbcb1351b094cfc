"""Every number of /prompts, /prompt and /pass_at_k against plain Python."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from typing import Any

import plain_comparisons as plain
from compared_trainings import Row
from example_counts import THOROUGH
from nearness import near, same
from prompt_histories import pass_at_k, status

from tensorboard_plugin_rlboard.api import PromptLine, Prompts
from tensorboard_plugin_rlboard.board.board import Board
from tensorboard_plugin_rlboard.board.prompts.question import PassQuestion, PromptQuestion, PromptsQuestion
from tensorboard_plugin_rlboard.board.selection import Selection

STATUSES = ("solved", "regressed", "never_solved", "always_solved", "mixed", "unscored")


def check_prompts(
    board: Board, selection: Selection, rows: Sequence[Row], given: float | None = None
) -> None:
    """Every column of /prompts, each of its lists, /prompt of every prompt, and pass@k.

    Args:
        board: has the run.
        selection: of what the prompts are.
        rows: its samples.
        given: the threshold that is asked for; None for the one that fits.
    """
    wanted = plain.gathered(rows, plain.identity)
    found = board.prompts.prompts(PromptsQuestion(selection, threshold=given, limit=200))
    threshold, rule = plain.threshold(rows) if given is None else (given, "given")
    assert (found.threshold.rule, found.threshold.value) == (rule, near(threshold))
    rows_of = {
        row[0]: dict(zip(found.columns, row, strict=True))
        for row in zip(*found.columns.values(), strict=True)
    }
    assert rows_of.keys() == wanted.keys()
    assert found.total == found.counts["all"] == len(wanted)
    lists: dict[str, set[str]] = {name: set() for name in (*STATUSES, "never_beats_reference")}
    kinds: dict[str | None, list[dict[str, Any]]] = {}
    for identity, of in wanted.items():
        own = plain.prompt(of, found.threshold.value)
        said = status(own["pass_rate_first"], own["pass_rate_last"], own["pass_rate"])
        never_beats = own["best_gap"] is not None and own["best_gap"] < 0
        lists[said].add(identity)
        if never_beats:
            lists["never_beats_reference"].add(identity)
        kinds.setdefault(own["kind"], []).append(
            own | {"lists": [n for n, of in lists.items() if identity in of]}
        )
        if not found.by:
            own["kind"] = None
        same(identity, rows_of[identity], own | {"status": said, "never_beats_reference": never_beats})
    assert found.counts == {name: len(of) for name, of in lists.items()} | {"all": len(wanted)}
    for name, of_list in lists.items():
        if not (of_list or THOROUGH or name == "solved"):
            continue  # that nothing is in it is said by the counts; each question reads the samples again
        listed = board.prompts.prompts(PromptsQuestion(selection, threshold=given, status=name, limit=200))
        assert (set(map(str, listed.columns["identity"])), listed.total) == (of_list, len(of_list))
    for identity, line in zip(found.columns["identity"], found.lines, strict=True):
        check_line(line, wanted[str(identity)])
    if found.by:
        check_kinds(found, kinds)
        of_prompts = plain.gathered(rows, plain.identity).values()
        assert found.kinds_mixed == sum(len({row.get(found.by) for row in of}) > 1 for of in of_prompts)
    check_passes(board, selection, rows, found.threshold.value)


def check_kinds(found: Prompts, kinds: Mapping[str | None, Sequence[Mapping[str, Any]]]) -> None:
    listed = {
        row[0]: dict(zip(found.kinds, row, strict=True)) for row in zip(*found.kinds.values(), strict=True)
    }
    assert listed.keys() == kinds.keys()
    assert found.kinds_total == len(kinds)
    for kind, of in kinds.items():
        expected: dict[str, Any] = {"prompts": len(of), "samples": sum(own["samples"] for own in of)}
        expected["visits"] = sum(own["visits"] for own in of)
        expected |= {name: sum(name in own["lists"] for own in of) for name in STATUSES}
        expected["never_beats_reference"] = sum("never_beats_reference" in own["lists"] for own in of)
        for name in found.kinds.keys() - expected.keys() - {"kind"}:
            expected[name] = plain.mean(own[name] for own in of)
        same(kind, listed[kind], expected)


def check_passes(board: Board, selection: Selection, rows: Sequence[Row], threshold: float) -> None:
    found = board.prompts.pass_at_k(PassQuestion(selection, threshold))
    assert found.step == sorted({row["step"] for row in rows if row.get("prompt") is not None})
    for (at, step), (j, k) in itertools.product(enumerate(found.step), enumerate(found.k)):
        prompts = plain.gathered((row for row in rows if row["step"] == step), plain.identity)
        passes = [
            [r >= threshold for row in of if (r := plain.reward_of(row)) is not None]
            for of in prompts.values()
        ]
        counted = [of for of in passes if len(of) >= k]
        assert found.prompts[j][at] == len(counted)
        assert found.pass_at_k[j][at] == near(plain.mean(pass_at_k(of, k) for of in counted))
        assert found.avg_at_k[j][at] == near(plain.mean(sum(of) / len(of) for of in counted))


def check_line(line: PromptLine, rows: Sequence[Row]) -> None:
    """The mean reward of each visit that has one; of more than 32 visits this looks at the steps alone."""
    steps = plain.gathered(rows, lambda row: row["step"])
    means = {step: plain.mean(map(plain.reward_of, steps[step])) for step in sorted(steps)}
    known = {step: mean for step, mean in means.items() if mean is not None}
    if len(known) <= 32:
        assert (line.step, line.reward) == (list(known), list(map(near, known.values())))
    assert line.step[-1:] == list(known)[-1:]


def check_pages(board: Board, selection: Selection, rows: Sequence[Row], given: float | None = None) -> None:
    """/prompt of every prompt of a whole split."""
    threshold = plain.threshold(rows)[0] if given is None else given
    for identity, of in plain.gathered(rows, plain.identity).items():
        own = plain.prompt(of, threshold)
        said = status(own["pass_rate_first"], own["pass_rate_last"], own["pass_rate"])
        keys = {row["prompt"]: plain.digest(row["prompt"]) for row in of}
        chosen = Selection(selection.run, selection.split, prompt_key=next(iter(keys.values())))
        found = board.prompts.prompt(PromptQuestion(chosen, threshold=given))
        assert (found.identity, found.status) == (identity, said)
        assert found.never_beats_reference == (own["best_gap"] is not None and own["best_gap"] < 0)
        numbers = {name: value for name, value in own.items() if name in found.numbers}
        assert len(numbers) == len(found.numbers)
        same(identity, found.numbers, {n: None if x is None else float(x) for n, x in numbers.items()})
        renderings = {
            keys[prompt]: (
                len(same_text),
                min(r["step"] for r in same_text),
                max(r["step"] for r in same_text),
            )
            for prompt, same_text in plain.gathered(of, lambda row: row["prompt"]).items()
        }
        assert {
            each.prompt_key: (each.samples, each.first_step, each.last_step) for each in found.renderings
        } == renderings
        steps = plain.gathered(of, lambda row: row["step"])
        assert found.steps["step"] == sorted(steps)
        for name, value in (("reward", plain.reward_of), ("n_tokens", plain.length_of)):
            if name in found.steps:
                means = [plain.mean(map(value, steps[step])) for step in sorted(steps)]
                assert found.steps[name] == list(map(near, means)), f"{name} of {identity}"
        assert found.samples_total == len(of)
