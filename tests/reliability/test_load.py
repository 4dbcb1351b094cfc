"""The short form of the load: a few clients for a few seconds while logs grow."""

from __future__ import annotations

import pytest
from load import Load, report, under_load
from load_clients import clients
from load_clients.clients import HOST_ROUTES, MIN_QUESTIONS, Answers, percentile, run_clients


def test_nothing_fails_and_nothing_is_lost_while_logs_grow() -> None:
    found = under_load(clients=4, seconds=0.5, megabytes=2, seed=1)
    assert found.failures == []
    assert set(found.host_idle.seconds) == set(found.host_under_load.seconds) == set(HOST_ROUTES)
    assert {"runs", "steps", "samples"} <= set(found.answers.seconds)


def test_a_slow_machine_is_asked_as_much(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clients, "_ask", lambda _: (503, b""))
    found = run_clients("", ["run"], 4, seconds=0, seed=1)
    assert sum(map(len, found.seconds.values())) == 4 * MIN_QUESTIONS
    assert {"runs", "steps", "samples"} <= set(found.seconds)
    assert set(run_clients("", [], 1, seconds=0, seed=1, our_routes=False).seconds) == set(HOST_ROUTES)


def test_a_percentile_is_the_nearest_rank() -> None:
    values = [float(value) for value in range(1, 101)]
    assert (percentile(values, 0.5), percentile(values, 0.99), percentile([7.0], 0.99)) == (50.0, 99.0, 7.0)


def test_answers_of_several_processes_are_counted_together() -> None:
    here, there = Answers(), Answers()
    here.seconds["runs"].append(0.1)
    there.seconds["runs"].append(0.2)
    there.statuses["runs", 500] += 1
    there.faults.append("runs: 500")
    here.add(there)
    assert here.seconds["runs"] == [0.1, 0.2]
    assert (here.statuses["runs", 500], here.faults) == (1, ["runs: 500"])


def test_what_was_given_up_is_told() -> None:
    host_idle, host_under_load, answers = Answers(), Answers(), Answers()
    host_idle.seconds["data/runs"] += [0.01]
    host_under_load.seconds["data/runs"] += [0.02, 0.03]
    answers.seconds["steps"] += [0.25, 0.5]
    answers.seconds["data/runs"] += [0.9]
    answers.statuses["steps", 503] += 1
    text = report(Load(host_idle, host_under_load, answers, ["x"]), "c")
    assert "| `/data/runs` | 1 | 10 | 10 | 2 | 20 | 30 | 70 |" in text
    assert "| `/steps` | 2 | 250 | 500 | 1 |" in text
    assert "900" not in text
    assert "**Failures: 1**" in text
