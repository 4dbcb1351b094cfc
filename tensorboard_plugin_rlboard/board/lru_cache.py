"""A bounded cache: the least recently used values go first when their sizes together pass a limit.

A TensorBoard stays open for weeks and is looked at for minutes. So values that hold much go as well when nobody has used
them for long (`forget_unused`).
"""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Any, Generic, TypeVar
from weakref import WeakSet

Value = TypeVar("Value")
UNUSED_SECONDS = 900.0
"""What nobody has used for so long is not kept."""
_caches_by_bytes: WeakSet[LruCache[Any]] = WeakSet()
"""The caches that are bounded by bytes."""


class LruCache(Generic[Value]):
    """A cache shared by request threads. A value is computed outside the lock, at worst twice.

    Args:
        max_size: of all values together; the newest one stays whatever its size.
        size_of: the size of a value in bytes; by default 1, so that `max_size` is a number of values.
        clock: seconds.
    """

    def __init__(
        self,
        max_size: int,
        size_of: Callable[[Value], int] | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._max_size = max_size
        self._size_of = size_of
        self._clock = clock
        self._values: OrderedDict[Hashable, tuple[Value, int, float]] = OrderedDict()
        self._total_size = 0
        self._lock = threading.Lock()
        if size_of is not None:
            _caches_by_bytes.add(self)

    def get_or_compute(self, key: Hashable, compute: Callable[[], Value]) -> Value:
        """The value of a key, computed where it is not cached."""
        with self._lock:
            if key in self._values:
                return self._use(key)
        value = compute()
        self.put(key, value)
        return value

    def get(self, key: Hashable) -> Value | None:
        """The value of a key; None where it is not cached."""
        with self._lock:
            return self._use(key) if key in self._values else None

    def put(self, key: Hashable, value: Value) -> None:
        """Caches a value; one that is there stays."""
        with self._lock:
            if key not in self._values:
                size = 1 if self._size_of is None else self._size_of(value)
                self._values[key] = (value, size, self._clock())
                self._total_size += size
            while len(self._values) > 1 and self._total_size > self._max_size:
                self._drop_oldest()

    def replace(self, key: Hashable, value: Value) -> None:
        """Caches a value in the place of the one that is there."""
        with self._lock:
            if key in self._values:
                self._total_size -= self._values.pop(key)[1]
        self.put(key, value)

    def forget_unused(self, seconds: float) -> None:
        """Drops the values that nobody has used for so long."""
        with self._lock:
            before = self._clock() - seconds
            while self._values and next(iter(self._values.values()))[2] < before:
                self._drop_oldest()

    def _use(self, key: Hashable) -> Value:
        value, size, _ = self._values[key]
        self._values[key] = value, size, self._clock()
        self._values.move_to_end(key)
        return value

    def _drop_oldest(self) -> None:
        self._total_size -= self._values.popitem(last=False)[1][1]


def forget_unused(seconds: float = UNUSED_SECONDS) -> None:
    """Drops what nobody has used for so long, in every cache that is bounded by bytes."""
    for cache in tuple(_caches_by_bytes):
        cache.forget_unused(seconds)
