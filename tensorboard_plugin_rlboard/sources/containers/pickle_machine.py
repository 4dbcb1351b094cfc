"""A virtual machine for pickles that can build plain data and nothing else.

Python's own unpickler calls whatever a pickle names. This one has only the instructions that plain data needs, looks
names up in a table of what it may build, and counts what it builds, so that a file from a stranger can neither
run anything nor fill the memory. Long lists of numbers are held as arrays, a quarter of the size.
"""

from __future__ import annotations

import struct
from array import array
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    Instruction = Callable[["PickleMachine"], object]

MAX_VALUES = 20_000_000
"""Values that one pickle may hold, of about 60 bytes each; one in a long list of numbers counts an eighth."""
_ARRAY_LENGTH = 64
_KEY_TYPES = (str, int, float, bool, type(None))


class GlobalName:
    """The name of a class or function, ``module.name``, that a pickle put onto the stack."""

    def __init__(self, name: str) -> None:
        self.name = name


class PickleMachine:
    """Reads one pickle.

    Args:
        data: Its bytes.
        instructions: Opcode -> what it does, for all but the most frequent ones.
        builders: ``module.name`` -> what makes the stand-in for an object of it from its arguments.
        load_persistent: Makes the stand-in for what is stored outside the pickle from its identifier.
        max_values: Values that it may hold.
    """

    def __init__(
        self,
        data: bytes,
        instructions: Mapping[int, Instruction],
        builders: Mapping[str, Callable[..., object]],
        load_persistent: Callable[[object], object],
        max_values: int = MAX_VALUES,
    ) -> None:
        self._data = data
        self._at = 0
        self._instructions = instructions
        self._builders = builders
        self._persistent = load_persistent
        self._max_values = max_values
        self._values = 0
        self._stack: list[object] = []
        self._outer_stacks: list[list[object]] = []
        self._memo: dict[int, object] = {}

    def load(self) -> object:
        """Read the object in the pickle; lists in it may hold an ``array.array`` for a run of their numbers.

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
            # The instructions that make up nearly all of a file, most frequent first; the others are looked up.
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
                step = self._instructions.get(op)
                if step is None:
                    msg = f"It needs the instruction 0x{op:02x} of pickles, which plain data does not."
                    raise ValueError(msg)
                step(self)
                at, stack = self._at, self._stack
            self._values += 1
            if self._values > self._max_values:
                msg = f"It holds more than {self._max_values:,} values, too many to be read at once."
                raise ValueError(msg)

    def read_bytes(self, count: int) -> bytes:
        """Read the next bytes."""
        end = self._at + count
        if count < 0 or end > len(self._data):
            raise IndexError
        found = self._data[self._at : end]
        self._at = end
        return found

    def read_int(self, size: int) -> int:
        """Read the next bytes as an unsigned integer, little endian."""
        return int.from_bytes(self.read_bytes(size), "little")

    def push(self, value: object) -> None:
        """Put a value onto the stack."""
        self._stack.append(value)

    def pop(self) -> object:
        """Take the topmost value."""
        return self._stack.pop()

    def top(self) -> object:
        """Look at the topmost value."""
        return self._stack[-1]

    def push_mark(self) -> None:
        """Push a mark: the values above it belong together."""
        self._outer_stacks.append(self._stack)
        self._stack = []

    def pop_to_mark(self) -> list[object]:
        """Take the values above the last mark, and the mark."""
        found, self._stack = self._stack, self._outer_stacks.pop()
        return found

    def store_memo(self, index: int) -> None:
        """Store the topmost value in the memo under a number."""
        self._memo[index] = self._stack[-1]

    def push_memo(self, index: int) -> None:
        """Push the value that the memo has under a number."""
        self._stack.append(self._memo[index])

    def store_next_memo(self) -> None:
        """Store the topmost value in the memo under the next number."""
        self.store_memo(len(self._memo))

    def push_global(self, module: str, name: str) -> None:
        """Push the name of a class or function; it has to be in the table."""
        full = f"{module}.{name}"
        if full not in self._builders:
            msg = f"It holds an object of {full[:200]}, which is no plain data; nothing of it was run."
            raise ValueError(msg)
        self.push(GlobalName(full))

    def build_object(self) -> None:
        """Replace a name and its arguments on the stack by the stand-in for the object."""
        arguments, named = self.pop(), self.pop()
        if not isinstance(named, GlobalName) or not isinstance(arguments, tuple):
            raise TypeError
        self.push(self._builders[named.name](*arguments))

    def push_persistent(self) -> None:
        """Replace an identifier on the stack by the stand-in for what is stored outside the pickle."""
        self.push(self._persistent(self.pop()))

    def extend_list(self, items: list[object]) -> None:
        """Append to the list on top of the stack."""
        target = self.top()
        if not isinstance(target, list):
            raise TypeError
        if len(items) >= _ARRAY_LENGTH:
            kinds = set(map(type, items))
            code = "d" if kinds == {float} else "q" if kinds == {int} else ""
            if code:
                self._values -= len(items) * 7 // 8
                target.append(array(code, items))
                return
        target.extend(items)

    def set_items(self, items: list[object]) -> None:
        """Set keys of the dictionary on top of the stack, from keys and values in turn."""
        target = self.top()
        if not isinstance(target, dict) or len(items) % 2:
            raise TypeError
        for i in range(0, len(items), 2):
            if not isinstance(items[i], _KEY_TYPES):  # to hash a tuple of tuples may end the process
                raise TypeError
            target[items[i]] = items[i + 1]

    def set_state(self) -> None:
        """Give the object below the top its state."""
        state, target = self.pop(), self.top()
        if not hasattr(target, "set_state"):
            msg = "It sets the state of an object that is no plain data; nothing of it was run."
            raise ValueError(msg)
        target.set_state(state)
