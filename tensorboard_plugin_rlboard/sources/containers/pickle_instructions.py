"""The instructions of pickles that plain data needs; a pickle with any other one is refused."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tensorboard_plugin_rlboard.sources.containers.pickle_machine import MOST_VALUES, Machine

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from tensorboard_plugin_rlboard.sources.containers.pickle_machine import Step

_LONGEST_INTEGER = 64


def load(
    data: bytes,
    builders: Mapping[str, Callable[..., object]],
    persistent: Callable[[object], object],
    most: int = MOST_VALUES,
) -> object:
    """The object that a pickle holds; lists in it may hold ``array.array`` for a stretch of their numbers.

    Args:
        data: The pickle.
        builders: ``module.name`` -> what makes the stand-in for an object of it from its arguments.
        persistent: Makes the stand-in for what is kept outside the pickle from its identifier.
        most: Values that it may hold.

    Raises:
        ValueError: It holds more than plain data or than may be held, or is torn; one sentence, fit to be shown.
    """
    return Machine(data, _STEPS, builders, persistent, most).load()


def _long(machine: Machine, size: int) -> None:
    if size > _LONGEST_INTEGER:
        msg = "It holds a whole number of more than 64 bytes."
        raise ValueError(msg)
    machine.push(int.from_bytes(machine.take(size), "little", signed=True))


def _text(machine: Machine, size: int) -> None:
    machine.push(machine.take(size).decode("utf-8", "surrogatepass"))


def _global(machine: Machine) -> None:
    lines = []
    for _ in range(2):
        line = bytearray()
        while (byte := machine.take(1)) != b"\n":
            line += byte
        lines.append(line.decode())
    machine.name(*lines)


def _stacked_global(machine: Machine) -> None:
    name, module = machine.pop(), machine.pop()
    if not isinstance(name, str) or not isinstance(module, str):
        raise TypeError
    machine.name(module, name)


def _tuple(machine: Machine, count: int) -> None:
    machine.push(tuple(reversed([machine.pop() for _ in range(count)])))


def _pairs(machine: Machine) -> None:
    items = machine.since_mark()
    machine.push({})
    machine.update(items)


def _set_item(machine: Machine) -> None:
    value, key = machine.pop(), machine.pop()
    machine.update([key, value])


def _add_items(machine: Machine) -> None:
    items = machine.since_mark()
    machine.extend(items)


def _set_items(machine: Machine) -> None:
    items = machine.since_mark()
    machine.update(items)


_STEPS: Mapping[int, Step] = {
    0x80: lambda m: m.take(1),  # PROTO
    0x95: lambda m: m.take(8),  # FRAME
    0x28: Machine.mark,
    0x30: Machine.pop,
    0x31: Machine.since_mark,  # POP_MARK
    0x4E: lambda m: m.push(None),
    0x88: lambda m: m.push(True),
    0x89: lambda m: m.push(False),
    0x8A: lambda m: _long(m, m.number(1)),
    0x8B: lambda m: _long(m, m.number(4)),
    0x58: lambda m: _text(m, m.number(4)),  # BINUNICODE
    0x8C: lambda m: _text(m, m.number(1)),
    0x8D: lambda m: _text(m, m.number(8)),
    0x42: lambda m: m.push(m.take(m.number(4))),  # BINBYTES
    0x43: lambda m: m.push(m.take(m.number(1))),
    0x8E: lambda m: m.push(m.take(m.number(8))),
    0x96: lambda m: m.push(m.take(m.number(8))),  # BYTEARRAY8
    0x5D: lambda m: m.push([]),
    0x61: lambda m: m.extend([m.pop()]),  # APPEND
    0x65: _add_items,  # APPENDS
    0x6C: lambda m: m.push(m.since_mark()),  # LIST
    0x29: lambda m: m.push(()),
    0x74: lambda m: m.push(tuple(m.since_mark())),
    0x85: lambda m: _tuple(m, 1),
    0x86: lambda m: _tuple(m, 2),
    0x87: lambda m: _tuple(m, 3),
    0x7D: lambda m: m.push({}),
    0x64: _pairs,  # DICT
    0x73: _set_item,
    0x75: _set_items,
    0x8F: lambda m: m.push([]),  # EMPTY_SET: a list is what JSON makes of it
    0x90: _add_items,
    0x91: lambda m: m.push(m.since_mark()),  # FROZENSET
    0x72: lambda m: m.remember(m.number(4)),  # LONG_BINPUT
    0x94: Machine.memoize,
    0x6A: lambda m: m.recall(m.number(4)),
    0x63: _global,
    0x93: _stacked_global,
    0x52: Machine.call,  # REDUCE
    0x81: Machine.call,  # NEWOBJ
    0x62: Machine.build,
    0x51: Machine.persist,
}
