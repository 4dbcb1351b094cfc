"""Random samples, written in random shapes, under random names and with lines of something else between, are read back.

So are they by the rlboard.toml that is printed for them.
"""

from __future__ import annotations

import json
import tempfile
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from example_counts import examples
from hypothesis import given, settings
from hypothesis import strategies as st
from understood import Row, samples_of, understood, written

from tensorboard_plugin_rlboard.formats.generic.fields import COLUMN_PREFIX
from tensorboard_plugin_rlboard.formats.generic.key_mapping import mapping_format, mapping_toml
from tensorboard_plugin_rlboard.formats.mapping import KeyMapping

TEXTS = st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"]), min_size=1, max_size=12)
REWARDS: st.SearchStrategy[float | str] = st.floats(-2, 2).map(
    lambda number: round(number, 3)
) | st.sampled_from([0, 1, True, False, "0.5"])
PROMPTS = ("prompt", "question", "query", "instruction", "promptText", "problem", "user_prompt")
RESPONSES = ("response", "completion", "output", "generation", "model_output", "responseText")
SCORES = ("reward", "score", "total_reward", "finalReward", "rm_score", "episode_reward")
STEPS = ("step", "global_step", "iteration", "trainStep", "training_step")
NOISE: tuple[Row | str, ...] = (
    {"run": "x", "seed": 3},
    {},
    "[1, 2]",
    "{torn",
    "",
    '"text"',
    {"step": 7, "loss": 0.5},
)
SHAPES = ("flat", "nested", "members", "lists", "numbered")


@dataclass(frozen=True)
class Log:
    """A log and what is in it: step, prompt, response and reward of each sample."""

    lines: list[Row | str]
    samples: list[tuple[int, str, str, float]]


@st.composite
def logs(draw: st.DrawFn) -> Log:
    shape = draw(st.sampled_from(SHAPES))
    names = tuple(draw(st.sampled_from(words)) for words in (STEPS, PROMPTS, RESPONSES, SCORES))
    size = draw(st.integers(2, 4))
    lines: list[Row | str] = []
    samples = []
    for step in sorted(draw(st.lists(st.integers(0, 99), min_size=1, max_size=5))):
        prompt = draw(TEXTS)
        group = [(draw(TEXTS), draw(REWARDS)) for _ in range(size)]
        lines += rows(shape, names, step, prompt, group)
        samples += [(step, prompt, response, float(reward)) for response, reward in group]
    for noise in draw(st.lists(st.sampled_from(NOISE), max_size=3)):
        lines.insert(draw(st.integers(0, len(lines))), noise)
    return Log(lines, samples)


def rows(
    shape: str, names: tuple[str, ...], step: int, prompt: str, group: list[tuple[str, Any]]
) -> list[Row]:
    at, asked, answered, scored = names
    around: Row = {at: step, asked: prompt}
    if shape == "flat":
        return [{**around, answered: response, scored: reward} for response, reward in group]
    if shape == "nested":
        return [{**around, answered: response, "info": {scored: reward}} for response, reward in group]
    if shape == "members":
        return [{**around, "rollouts": [{answered: response, scored: reward} for response, reward in group]}]
    if shape == "lists":
        return [
            {**around, f"{answered}s": [one for one, _ in group], f"{scored}s": [one for _, one in group]}
        ]
    numbered = {f"{answered}_{n}": response for n, (response, _) in enumerate(group)}
    return [around | numbered | {f"{scored}_{n}": reward for n, (_, reward) in enumerate(group)}]


def found(path: Path, file_format: Any) -> list[tuple[Any, ...]]:
    fields = ("step", "prompt", "response", "reward")
    samples = [tuple(one.get(name) for name in fields) for one in samples_of(path, file_format)]
    return [
        (*one[:3], float(str(one[3]) if isinstance(one[3], str) else one[3] or 0))
        for one in samples
        if one[2] is not None
    ]


@given(logs())
@settings(max_examples=examples(30), deadline=None)
def test_samples_are_read_back(log: Log) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = written(Path(folder) / "log.jsonl", log.lines)
        known = understood(path)
        assert found(path, known) == log.samples, json.dumps(log.lines[:3])
        if known.mapping is None:
            return
        said = tomllib.loads(mapping_toml(known.mapping.keys))["mapping"]
        columns = {f"{COLUMN_PREFIX}{name}": key for name, key in said.pop("columns", {}).items()}
        assert found(path, mapping_format(KeyMapping({**said, **columns}))) == log.samples
