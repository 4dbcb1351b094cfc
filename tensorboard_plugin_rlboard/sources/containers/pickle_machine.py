"""A machine for pickles that can build plain data and nothing else.

Python's own unpickler calls whatever a pickle names. This one knows the instructions that plain data needs, takes a name
only for a key into a table of what it may build, and counts what it builds, so that a file from a stranger can neither
run anything nor fill the memory. Long lists of numbers are kept as arrays, a quarter of the size.
"""

from __future__ import annotations

import struct
from array import array
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    Step = Callable[["Machine"], object]

MOST_VALUES = 20_000_000
"""Values that one pickle may hold, of about 60 bytes each; one in a long list of numbers counts an eighth."""
_LONG = 64
_KEYS = (str, int, float, bool, type(None))


class Named:
    """A name that a pickle calls."""

    def __init__(self, name: str) -> None:
        self.name = name


class Machine:
    """Reads one pickle.

    Args:
        data: Its bytes.
        steps: What each instruction does that is not among the most frequent ones.
        builders: ``module.name`` -> what makes the stand-in for an object of it from its arguments.
        persistent: Makes the stand-in for what is kept outside the pickle from its identifier.
        most: Values that it may hold.
    """

    def __init__(
        self,
        data: bytes,
        steps: Mapping[int, Step],
        builders: Mapping[str, Callable[..., object]],
        persistent: Callable[[object], object],
        most: int = MOST_VALUES,
    ) -> None:
        self._data = data
        self._at = 0
        self._steps = steps
        self._builders = builders
        self._persistent = persistent
        self._most = most
        self._spent = 0
        self._stack: list[object] = []
        self._marked: list[list[object]] = []
        self._memo: dict[int, object] = {}

    def load(self) -> object:
        """The object that the pickle holds; lists in it may hold ``array.array`` for a stretch of their numbers.

        Raises:
            ValueError: It holds more than plain data or than may be held, or is torn; one sentence, fit to be shown.
        """
        try:
            return self._run()
        except (IndexError, struct.error, KeyError, TypeError, OverflowError):
            msg = "It is torn or damaged inside."
            raise ValueError(msg) from None
        except UnicodeDecodeError:
            msg = "A text in it is no UTF-8."
            raise ValueError(msg) from None

    def _run(self) -> object:
        data, at = self._data, 0
        unpack_float = struct.Struct(">d").unpack_from
        unpack_int = struct.Struct("<i").unpack_from
        stack, memo = self._stack, self._memo
        while True:
            op = data[at]
            at += 1
            # What makes up nearly all of a file stands here, most frequent first; the rest is looked up.
            if op == 0x4B:  # BININT1
                stack.append(data[at])
                at += 1
            elif op == 0x47:  # BINFLOAT
                stack.append(unpack_float(data, at)[0])
                at += 8
            elif op == 0x4D:  # BININT2
                stack.append(data[at] | data[at + 1] << 8)
                at += 2
            elif op == 0x4A:  # BININT
                stack.append(unpack_int(data, at)[0])
                at += 4
            elif op == 0x68:  # BINGET
                stack.append(memo[data[at]])
                at += 1
            elif op == 0x71:  # BINPUT
                memo[data[at]] = stack[-1]
                at += 1
            elif op == 0x2E:  # STOP
                return stack.pop()
            else:
                self._at = at
                step = self._steps.get(op)
                if step is None:
                    msg = f"It needs the instruction 0x{op:02x} of pickles, which plain data does not."
                    raise ValueError(msg)
                step(self)
                at, stack = self._at, self._stack
            self._spent += 1
            if self._spent > self._most:
                msg = f"It holds more than {self._most:,} values, too many to be read at once."
                raise ValueError(msg)

    def take(self, count: int) -> bytes:
        """The next bytes."""
        end = self._at + count
        if count < 0 or end > len(self._data):
            raise IndexError
        found = self._data[self._at : end]
        self._at = end
        return found

    def number(self, size: int) -> int:
        """The next bytes as a whole number without a sign."""
        return int.from_bytes(self.take(size), "little")

    def push(self, value: object) -> None:
        """Put a value onto the stack."""
        self._stack.append(value)

    def pop(self) -> object:
        """Take the topmost value."""
        return self._stack.pop()

    def top(self) -> object:
        """Look at the topmost value."""
        return self._stack[-1]

    def mark(self) -> None:
        """Begin a stretch of values."""
        self._marked.append(self._stack)
        self._stack = []

    def since_mark(self) -> list[object]:
        """Take the values of the last stretch."""
        found, self._stack = self._stack, self._marked.pop()
        return found

    def remember(self, index: int) -> None:
        """Keep the topmost value under a number."""
        self._memo[index] = self._stack[-1]

    def recall(self, index: int) -> None:
        """Put the value kept under a number onto the stack."""
        self._stack.append(self._memo[index])

    def memoize(self) -> None:
        """Keep the topmost value under the next number."""
        self.remember(len(self._memo))

    def name(self, module: str, name: str) -> None:
        """Put a name onto the stack that is in the table."""
        full = f"{module}.{name}"
        if full not in self._builders:
            msg = f"It holds an object of {full[:200]}, which is no plain data; nothing of it was run."
            raise ValueError(msg)
        self.push(Named(full))

    def call(self) -> None:
        """Make the stand-in for an object."""
        arguments, named = self.pop(), self.pop()
        if not isinstance(named, Named) or not isinstance(arguments, tuple):
            raise TypeError
        self.push(self._builders[named.name](*arguments))

    def persist(self) -> None:
        """Make the stand-in for what is kept outside."""
        self.push(self._persistent(self.pop()))

    def extend(self, items: list[object]) -> None:
        """Append to the list below."""
        target = self.top()
        if not isinstance(target, list):
            raise TypeError
        if len(items) >= _LONG:
            kinds = set(map(type, items))
            code = "d" if kinds == {float} else "q" if kinds == {int} else ""
            if code:
                self._spent -= len(items) * 7 // 8
                target.append(array(code, items))
                return
        target.extend(items)

    def update(self, items: list[object]) -> None:
        """Set keys of the object below."""
        target = self.top()
        if not isinstance(target, dict) or len(items) % 2:
            raise TypeError
        for i in range(0, len(items), 2):
            if not isinstance(items[i], _KEYS):  # to hash a tuple of tuples may end the process
                raise TypeError
            target[items[i]] = items[i + 1]

    def build(self) -> None:
        """Give an object its state."""
        state, target = self.pop(), self.top()
        if not hasattr(target, "set_state"):
            msg = "It sets the state of an object that is no plain data; nothing of it was run."
            raise ValueError(msg)
        target.set_state(state)
