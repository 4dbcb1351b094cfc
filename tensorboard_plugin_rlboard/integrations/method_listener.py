"""Calls functions before and after methods of one object, such as a trainer; their errors never reach its caller."""

from __future__ import annotations

import functools
import logging
from collections.abc import Callable
from typing import Any

_LOG = logging.getLogger(__name__)

BeforeCall = Callable[[tuple[Any, ...], dict[str, Any]], None]
AfterCall = Callable[[tuple[Any, ...], dict[str, Any], Any], None]


class MethodListener:
    """Wraps methods of an object with functions that listen; their errors are counted, and the first one is logged.

    Attributes:
        failures: how many errors there were.
    """

    def __init__(self, name: str) -> None:
        """Create a listener; `name` begins its warnings."""
        self.failures = 0
        self._name = name
        self._warned_topics: set[str] = set()

    def call_safely(self, listen: Callable[..., None], *given: Any) -> None:
        """Call `listen`; an error becomes one warning."""
        try:
            listen(*given)
        except Exception as error:  # noqa: BLE001 - nothing may reach the training
            self.failures += 1
            self.warn_once(
                "failure",
                f"{type(error).__name__}: {error}. The training goes on; more such are only counted",
            )

    def warn_once(self, topic: str, sentence: str) -> None:
        """Log a warning, once a topic."""
        if topic not in self._warned_topics:
            self._warned_topics.add(topic)
            _LOG.warning("%s: %s.", self._name, sentence)

    def listen(
        self, owner: Any, method: str, after: AfterCall | None = None, before: BeforeCall | None = None
    ) -> bool:
        """Listen to a bound method of `owner` from now on; its class and other objects of it stay as they are.

        Args:
            owner: the object. Its attribute is replaced by a function that calls the method.
            method: the method's name.
            after: called with arguments and result, once the call is done. Not called where the call raises.
            before: called with the arguments.

        Returns:
            Whether there is such a method.
        """
        original = getattr(owner, method, None)
        if not callable(original):
            return False

        @functools.wraps(original)
        def heard(*args: Any, **kwargs: Any) -> Any:
            if before is not None:
                self.call_safely(before, args, kwargs)
            result = original(*args, **kwargs)
            if after is not None:
                self.call_safely(after, args, kwargs, result)
            return result

        setattr(owner, method, heard)
        return True
