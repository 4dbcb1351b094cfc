"""A bounded cache: the least recently used values go first when their sizes together pass a limit."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

Value = TypeVar("Value")


class LruCache(Generic[Value]):
    """A cache shared by request threads. A value is computed outside the lock, at worst twice.

    Args:
        max_size: of all values together; the newest one stays whatever its size.
        size_of: the size of a value; by default 1, so that `max_size` is a number of values.
    """

    def __init__(self, max_size: int, size_of: Callable[[Value], int] = lambda _: 1) -> None:
        self._max_size = max_size
        self._size_of = size_of
        self._values: OrderedDict[Hashable, tuple[Value, int]] = OrderedDict()
        self._total_size = 0
        self._lock = threading.Lock()

    def get_or_compute(self, key: Hashable, compute: Callable[[], Value]) -> Value:
        """The value of a key, computed where it is not cached."""
        with self._lock:
            if key in self._values:
                self._values.move_to_end(key)
                return self._values[key][0]
        value = compute()
        self.put(key, value)
        return value

    def get(self, key: Hashable) -> Value | None:
        """The value of a key; None where it is not cached."""
        with self._lock:
            if key not in self._values:
                return None
            self._values.move_to_end(key)
            return self._values[key][0]

    def put(self, key: Hashable, value: Value) -> None:
        """Caches a value; one that is there stays."""
        with self._lock:
            if key not in self._values:
                self._values[key] = (value, self._size_of(value))
                self._total_size += self._values[key][1]
            while len(self._values) > 1 and self._total_size > self._max_size:
                self._total_size -= self._values.popitem(last=False)[1][1]
