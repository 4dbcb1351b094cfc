"""Values that no writer expects: no call fails, and every sample is accounted for."""

from __future__ import annotations

import json
import threading
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from example_counts import examples
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from written_lines import rows_in

from tensorboard_plugin_rlboard.writer import RolloutWriter
from tensorboard_plugin_rlboard.writing.output import json_lines


class Hostile:
    """Raises whatever is asked of it."""

    def __getattr__(self, name: str) -> Any:
        raise ValueError(name)

    def __str__(self) -> str:
        raise KeyError("no")

    def __len__(self) -> int:
        raise OSError("no")


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters()) | st.binary()
    | st.builds(Hostile) | st.builds(object) | st.builds(lambda: np.zeros((2, 2))) | st.builds(lambda: np.array(3))
    | st.builds(lambda: np.array([{"a": [1]}, None], object)) | st.builds(lambda: np.array(["a", "b"]))
    | st.builds(lambda: np.float32(1.5)) | st.complex_numbers() | st.just(float) | st.just({1, 2}),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=3) | st.integers(), inner, max_size=3)
    | st.tuples(inner, inner),
    max_leaves=8,
)  # fmt: skip


KEYS = st.sampled_from(
    ["prompt", "response", "response_tokens", "logprobs", "ref_logprobs", "reward", "values", "split", "step", "x",
     "group_id", "finish_reason", "response_mask", "entropies"]
)  # fmt: skip


@settings(
    max_examples=examples(30), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    rows=st.lists(st.dictionaries(KEYS, VALUES, max_size=6), max_size=4),
    batches=st.lists(st.dictionaries(KEYS | st.just("lengths"), VALUES, max_size=5), max_size=3),
    options=st.fixed_dictionaries({
        "max_samples_per_step": st.none() | st.just(2), "precision": st.none() | st.just(3),
        "background": st.booleans(), "every_n_steps": st.sampled_from([1, 2]), "max_bytes": st.sampled_from([0, 300]),
    }),
)  # fmt: skip
def test_nothing_that_is_logged_disturbs_and_every_sample_is_accounted_for(
    tmp_path_factory: pytest.TempPathFactory,
    rows: list[dict[str, Any]],
    batches: list[dict[str, Any]],
    options: dict[str, Any],
) -> None:
    folder = tmp_path_factory.mktemp("run")
    with RolloutWriter(folder, **options) as writer:
        for row in rows:
            writer.log(**{"step": 1, **row})
        singles = len(rows)
        for batch in batches:
            writer.log_batch(**{"step": 2, **batch})
        writer.log(step=3, response="last")
    lines = [line for path in folder.glob("*.jsonl") for line in path.read_bytes().splitlines()]
    for line in lines:
        assert isinstance(json.loads(line), dict)
    assert len(lines) == writer.written
    assert writer.written + writer.dropped + writer.skipped >= singles + 1
    assert not any(thread.name == "rlboard-writer" and thread.is_alive() for thread in threading.enumerate())


def test_an_error_while_lines_are_made_costs_only_their_samples(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real, script = json_lines.encode_rows, iter([MemoryError("no")])

    def failing(*given: Any) -> Any:
        error = next(script, None)
        if error is not None:
            raise error
        return real(*given)

    monkeypatch.setattr("tensorboard_plugin_rlboard.writing.pipeline.encode_rows", failing)
    with RolloutWriter(tmp_path) as writer:
        writer.log_batch(step=1, response=["a"] * 100)
    assert (writer.written, writer.dropped) == (36, 64)
    assert rows_in(tmp_path)[0]["dropped_before"] == 64
