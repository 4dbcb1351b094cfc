"""What is kept: the values used last, up to a size, and those that hold bytes only as long as somebody uses them."""

from __future__ import annotations

from tensorboard_plugin_rlboard.board.lru_cache import LruCache, forget_unused


def test_the_least_recently_used_values_go_first() -> None:
    cache: LruCache[bytes] = LruCache(10, len)
    for key, size in (("a", 4), ("b", 4)):
        cache.put(key, bytes(size))
    assert cache.get("a") == bytes(4)
    cache.put("c", bytes(3))  # 11 with both others
    assert [cache.get(key) is not None for key in "abc"] == [True, False, True]
    cache.put("large", bytes(50))
    assert [cache.get(key) is not None for key in ("a", "c", "large")] == [False, False, True]


def test_what_nobody_has_used_for_long_is_dropped() -> None:
    now = [0.0]
    cache: LruCache[bytes] = LruCache(100, len, lambda: now[0])
    cache.put("a", b"1")
    cache.put("b", b"2")
    now[0] = 10.0
    assert cache.get_or_compute("a", lambda: b"other") == b"1"
    now[0] = 15.0
    forget_unused(10.0)
    assert (cache.get("a"), cache.get("b")) == (b"1", None)
    now[0] = 30.0
    cache.forget_unused(10.0)
    cache.put("c", bytes(100))  # what went counts no more
    assert (cache.get("a"), cache.get("c")) == (None, bytes(100))


def test_numbers_of_values_stay_whoever_uses_them() -> None:
    now = [0.0]
    cache: LruCache[int] = LruCache(2, clock=lambda: now[0])
    cache.put("a", 1)
    now[0] = 1e9
    forget_unused(1.0)
    assert cache.get("a") == 1
