"""The short form of the load: a few clients for a few seconds while logs grow."""

from __future__ import annotations

from load import report, under_load
from pressing.clients import HOST, Answers, percentile


def test_nothing_fails_and_nothing_is_lost_while_logs_grow() -> None:
    idle, loaded, failures = under_load(clients=4, seconds=2, megabytes=2, seed=1)
    assert failures == []
    assert set(idle.seconds) <= set(HOST)
    assert {"runs", "steps", "samples"} <= set(loaded.seconds)


def test_a_percentile_is_the_nearest_rank() -> None:
    values = [float(value) for value in range(1, 101)]
    assert (percentile(values, 0.5), percentile(values, 0.99), percentile([7.0], 0.99)) == (50.0, 99.0, 7.0)


def test_what_was_given_up_is_told() -> None:
    loaded = Answers()
    loaded.seconds["steps"] += [0.25, 0.5]
    loaded.statuses["steps", 503] += 1
    text = report(Answers(), loaded, ["x"], "c")
    assert "| `/steps` | 2 | 250 | 500 |  | 1 |" in text
    assert "**Failures: 1**" in text
