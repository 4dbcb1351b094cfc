"""Answers kept for a moment: the least recently used go first when their cost passes a bound."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

Value = TypeVar("Value")


class LruCache(Generic[Value]):
    """A bounded memory shared by request threads. A value is made outside the lock, at worst twice."""

    def __init__(self, bound: int, cost: Callable[[Value], int] = lambda _: 1) -> None:
        self._bound = bound
        self._cost = cost
        self._values: OrderedDict[Hashable, tuple[Value, int]] = OrderedDict()
        self._total = 0
        self._lock = threading.Lock()

    def get(self, key: Hashable, make: Callable[[], Value]) -> Value:
        """The value of a key, made where it is not kept; the newest one is kept whatever it costs."""
        with self._lock:
            if key in self._values:
                self._values.move_to_end(key)
                return self._values[key][0]
        value = make()
        with self._lock:
            if key not in self._values:
                self._values[key] = (value, self._cost(value))
                self._total += self._values[key][1]
            while len(self._values) > 1 and self._total > self._bound:
                self._total -= self._values.popitem(last=False)[1][1]
        return value
