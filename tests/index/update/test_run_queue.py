"""Every run comes to its turn: counted in turns, not in seconds."""

from __future__ import annotations

from rollout_log import TestLog, row

from tensorboard_plugin_rlboard.index.update.run_queue import SHORT_BYTES, FairOrder, RunQueue, WaitingRun
from tensorboard_plugin_rlboard.index.update.scheduler import Scheduler
from tensorboard_plugin_rlboard.index.user_activity import UserActivity

LARGE = 100 * SHORT_BYTES


def given(turns: FairOrder, *waiting: WaitingRun, looked_at: str = "", times: int = 6) -> list[str]:
    return [turns.choose(waiting, looked_at) for _ in range(times)]


def test_what_nobody_has_seen_comes_first_and_the_smallest_before_the_others() -> None:
    unseen = [
        WaitingRun("a", LARGE, is_new=True),
        WaitingRun("b", 10, is_new=True),
        WaitingRun("c", 5, is_new=False),
    ]
    assert given(FairOrder(), *unseen, times=1) == ["b"]
    assert given(FairOrder(), *unseen, looked_at="a", times=1) == ["a"]


def test_what_the_user_looks_at_does_not_wait_until_all_others_are_to_be_seen() -> None:
    runs = [
        WaitingRun("a", LARGE, is_new=True),
        WaitingRun("b", 10, is_new=True),
        WaitingRun("c", 5, is_new=False),
    ]
    turns = FairOrder()
    assert given(turns, *runs, looked_at="c", times=2) == ["c", "b"]
    seen = [runs[0], WaitingRun("b", 0, is_new=False), runs[2]]
    assert given(turns, *seen, looked_at="c", times=2) == ["c", "a"]


def test_large_runs_take_turns() -> None:
    runs = [WaitingRun(name, LARGE, is_new=False) for name in "cab"]
    assert given(FairOrder(), *runs) == ["a", "b", "c", "a", "b", "c"]


def test_a_large_run_never_keeps_a_small_one_waiting_nor_the_other_way_round() -> None:
    turns = FairOrder()
    large, small = WaitingRun("large", LARGE, is_new=False), WaitingRun("small", 10, is_new=False)
    assert given(turns, large, times=50) == ["large"] * 50
    assert given(turns, large, small, times=6).count("small") == 3


def test_ten_small_ones_leave_a_large_one_half_of_the_turns() -> None:
    large = WaitingRun("large", LARGE, is_new=False)
    small = [WaitingRun(f"small{i}", 10 + i, is_new=False) for i in range(10)]
    turns = given(FairOrder(), large, *small, times=40)
    assert turns[0] == "small0", "the least first"
    assert turns.count("large") >= 2
    assert set(turns[:22]) == {"large", *(run.name for run in small)}, "each of eleven within two rounds"


def test_what_the_user_looks_at_has_every_second_turn() -> None:
    runs = [WaitingRun(name, LARGE, is_new=False) for name in "abc"]
    assert given(FairOrder(), *runs, looked_at="c") == ["c", "a", "c", "b", "c", "a"]
    assert given(FairOrder(), runs[2], looked_at="c", times=3) == ["c", "c", "c"]
    assert given(FairOrder(), runs[0], looked_at="gone", times=2) == ["a", "a"]


def test_with_a_small_one_beside_it_all_three_kinds_have_turns() -> None:
    runs = [
        WaitingRun("a", LARGE, is_new=False),
        WaitingRun("b", LARGE, is_new=False),
        WaitingRun("s", 1, is_new=False),
    ]
    assert given(FairOrder(), *runs, looked_at="b") == ["b", "s", "b", "a", "b", "s"]


def test_new_runs_stand_in_line_until_another_one_is_looked_at(test_log: TestLog) -> None:
    for name in "abcd":
        test_log.write(row(1), file=f"{name}/a.jsonl")
    test_log.write(row(1), row(2), file="e/a.jsonl")
    indexer, activity = test_log.indexer(), UserActivity()
    registry = indexer.registry
    scheduler = Scheduler(registry, activity)
    scheduler.scan()
    turns = RunQueue(registry, activity, lambda file: file.state.size)
    pending = {run: list(run.files.values()) for run in registry.runs.values()}
    assert turns.first_queued() is None
    assert turns.choose(pending).name == "a"
    for name in ("b", "c"):
        first = turns.first_queued()
        assert first is not None
        assert first is turns.first_queued(), "it stands there until it has its turn"
        assert turns.pop_queued().name == name
    activity.note_viewed_run("e")
    assert turns.first_queued() is None
    assert turns.choose(pending).name == "e"
    assert turns.first_queued() is None, "who is looked at has every second turn"
    activity.note_viewed_run("")
    assert turns.choose(pending).name == "a"
    while scheduler.index_next():
        pass
    assert turns.first_queued() is None, "all of them are to be seen by now"
    assert {name: run.samples for name, run in registry.runs.items()} == {
        **dict.fromkeys("abcd", 1),
        "e": 2,
    }
