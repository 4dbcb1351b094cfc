"""Every documented number of random logs, against plain floats and exact sums, whichever way the log is cut into blocks."""

from __future__ import annotations

import tempfile
from pathlib import Path

import pytest
from example_counts import examples
from generated_logs import Row, as_logged, logs
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from oracle_api import Api
from oracle_comparison import Comparison
from rollout_log import lines

from tensorboard_plugin_rlboard.index.parts import range_builder

# Not shrunk: the differences say what is wrong, and each try opens a log.
PHASES = (Phase.explicit, Phase.reuse, Phase.generate)


@settings(max_examples=examples(4), deadline=None, phases=PHASES, suppress_health_check=list(HealthCheck))
@given(
    logs(),
    st.sampled_from([1, 900, 3_000_000]),
    st.sampled_from([(1.0, 1.0), (1.0, 1.0), (0.99, 1.0), (0.9, 0.5)]),
)
def test_every_number_is_the_oracles(rows: list[Row], block: int, discounts: tuple[float, float]) -> None:
    with tempfile.TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        patch.setattr(range_builder, "BLOCK_BYTES", block)
        (Path(folder) / "rollouts.jsonl").write_bytes(lines(*rows))
        gamma, lam = discounts
        (Path(folder) / "rlboard.toml").write_text(f"[config]\ngamma = {gamma}\nlam = {lam}\n")
        with Api(Path(folder)) as api:
            differences = Comparison(
                api, [("run", ".")], list(map(as_logged, rows)), gamma, lam
            ).differences()
    assert not differences, "\n".join(differences)
