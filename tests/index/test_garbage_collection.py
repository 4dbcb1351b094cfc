"""What lives long is set aside from the collection of garbage, and what became garbage since is not kept."""

from __future__ import annotations

import gc
import weakref
from pathlib import Path

import pytest

from tensorboard_plugin_rlboard.index.garbage_collection import GarbageCollection
from tensorboard_plugin_rlboard.index.registry import Registry
from tensorboard_plugin_rlboard.index.update.background import BackgroundIndexer
from tensorboard_plugin_rlboard.sources.discovery.logdir import parse_roots


class Node:
    """Refers to itself: nothing but a collection lets it go."""

    def __init__(self) -> None:
        self.itself = self


def is_collected(object_: object) -> bool:
    """Whether the collector would look at an object."""
    return any(found is object_ for found in gc.get_objects())


def test_it_waits_until_nobody_asks_and_not_for_ever() -> None:
    now = [0.0]
    calm, pressed = GarbageCollection(lambda: now[0]), GarbageCollection(lambda: now[0])
    kept, also_kept = Node(), Node()
    calm.freeze_if_idle(1.9)
    assert is_collected(kept)
    calm.freeze_if_idle(2.0)
    assert not is_collected(kept)
    later = Node()
    now[0] = 29.0
    pressed.freeze_if_idle(0.0)
    assert is_collected(later)
    now[0] = 30.0
    pressed.freeze_if_idle(0.0)
    assert not is_collected(later)
    assert also_kept.itself is also_kept


def test_cycles_that_were_set_aside_go_in_a_quiet_time() -> None:
    now = [0.0]
    objects = GarbageCollection(lambda: now[0])
    node, garbage = Node(), Node()
    gone, gone_at_once = weakref.ref(node), weakref.ref(garbage)
    del garbage
    objects.freeze_if_idle(5.0)
    assert gone_at_once() is None
    del node
    for now[0], quiet in ((599.0, 900.0), (900.0, 59.0)):
        gc.collect()
        objects.freeze_if_idle(quiet)
        assert gone() is not None
    objects.freeze_if_idle(60.0)
    assert gone() is None
    assert gc.get_freeze_count() > 0


@pytest.mark.parametrize("in_thread", [True, False])
def test_a_tensorboard_sets_aside_and_a_command_does_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, in_thread: bool
) -> None:
    asked: list[float] = []
    monkeypatch.setattr(GarbageCollection, "freeze_if_idle", lambda _, seconds: asked.append(seconds))
    indexer = BackgroundIndexer(Registry(parse_roots(str(tmp_path), "")), 0.0)
    if in_thread:
        indexer.start()
        indexer.wait(60)
    else:
        indexer.index_in_replaceable_thread()
    indexer.stop()
    assert bool(asked) is in_thread
    assert all(0 <= seconds < 60 for seconds in asked)
