"""Listens to the methods of one object, such as a trainer, without ever standing in their way."""

from __future__ import annotations

import functools
import logging
from collections.abc import Callable
from typing import Any

_LOG = logging.getLogger(__name__)

Heard = Callable[[tuple[Any, ...], dict[str, Any]], None]
Answered = Callable[[tuple[Any, ...], dict[str, Any], Any], None]


class MethodListener:
    """Calls what listens; what goes wrong there is counted and told once, and never reaches the caller.

    Attributes:
        failures: how often listening failed.
    """

    def __init__(self, name: str) -> None:
        """`name` begins the warning."""
        self.failures = 0
        self._name = name
        self._told: set[str] = set()

    def guard(self, listen: Callable[..., None], *given: Any) -> None:
        """Calls `listen`; an error becomes one warning."""
        try:
            listen(*given)
        except Exception as error:  # noqa: BLE001 - nothing may reach the training
            self.failures += 1
            self.tell(
                "failure",
                f"{type(error).__name__}: {error}. The training goes on; more such are only counted",
            )

    def tell(self, topic: str, sentence: str) -> None:
        """Warns once a topic."""
        if topic not in self._told:
            self._told.add(topic)
            _LOG.warning("%s: %s.", self._name, sentence)

    def listen(
        self, owner: Any, method: str, after: Answered | None = None, before: Heard | None = None
    ) -> bool:
        """Listens to a bound method of `owner` from now on; its class and other objects of it stay as they are.

        Args:
            owner: the object whose attribute is replaced by a function that calls it.
            method: its name.
            after: is given arguments and result, once the call is done. Not called where the call raises.
            before: is given the arguments.

        Returns:
            Whether there is such a method.
        """
        original = getattr(owner, method, None)
        if not callable(original):
            return False

        @functools.wraps(original)
        def heard(*args: Any, **kwargs: Any) -> Any:
            if before is not None:
                self.guard(before, args, kwargs)
            result = original(*args, **kwargs)
            if after is not None:
                self.guard(after, args, kwargs, result)
            return result

        setattr(owner, method, heard)
        return True
