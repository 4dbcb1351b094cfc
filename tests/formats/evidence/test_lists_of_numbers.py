"""Lists of one number are of a batch of one sample; several numbers that may be the reward are named."""

from __future__ import annotations

from pathlib import Path

import pytest
from understood import samples_of, written

from tensorboard_plugin_rlboard.formats.generic.key_mapping import mapping_format
from tensorboard_plugin_rlboard.formats.guessing.guess import guess_mapping
from tensorboard_plugin_rlboard.formats.mapping import KeyMapping


@pytest.mark.parametrize("key", ["step", "global_step"])
def test_batches_of_one_sample_have_its_step_and_reward(key: str) -> None:
    rows = [{key: [n // 2], "prompt": "p", "response": f"r{n}", "score": [n / 4]} for n in range(8)]
    found = guess_mapping(rows)
    assert (found.keys["step"], found.keys["reward"], found.doubt) == (f"{key}.0", "score.0", "")


@pytest.mark.parametrize("lists", [[[0.5, 1.0]] * 4, [[0.5], [0.5, 1.0], [0.5], [0.0]]])
@pytest.mark.parametrize("key", ["score", "scores", "acc"])
def test_lists_that_may_be_the_reward_are_named_and_the_remedy_works(
    tmp_path: Path, key: str, lists: list[list[float]]
) -> None:
    rows = [
        {"step": n, "question": f"q{n}", "output": f"o{n}", key: values} for n, values in enumerate(lists)
    ]
    found = guess_mapping(rows)
    assert "reward" not in found.keys
    assert f'rlboard.toml: reward = "{key}.0", or "{key}.*".' in found.doubt
    for path, reward in ((f"{key}.0", 0.5), (f"{key}.*", sum(lists[1]))):
        mapped = mapping_format(KeyMapping({**found.keys, "reward": path}))
        assert samples_of(written(tmp_path / "x.jsonl", rows), mapped)[1]["reward"] == reward
