"""Reads pickles of plain data: the instructions that these need. A pickle with any other one is refused."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tensorboard_plugin_rlboard.sources.containers.pickle_machine import MAX_VALUES, PickleMachine

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from tensorboard_plugin_rlboard.sources.containers.pickle_machine import Instruction

_MAX_INTEGER_BYTES = 64


def load_plain_data(
    data: bytes,
    builders: Mapping[str, Callable[..., object]],
    load_persistent: Callable[[object], object],
    max_values: int = MAX_VALUES,
) -> object:
    """Read the object in a pickle; lists in it may hold an ``array.array`` in place of a long run of their numbers.

    Args:
        data: The pickle.
        builders: ``module.name`` -> what makes the stand-in for an object of it from its arguments.
        load_persistent: Makes the stand-in for what is stored outside the pickle from its identifier.
        max_values: Values that it may hold.

    Raises:
        ValueError: It holds more than plain data or than may be held, or is torn; one sentence, fit to be shown.
    """
    return PickleMachine(data, _INSTRUCTIONS, builders, load_persistent, max_values).load()


def _long(machine: PickleMachine, size: int) -> None:
    if size > _MAX_INTEGER_BYTES:
        msg = "It holds a whole number of more than 64 bytes."
        raise ValueError(msg)
    machine.push(int.from_bytes(machine.read_bytes(size), "little", signed=True))


def _text(machine: PickleMachine, size: int) -> None:
    machine.push(machine.read_bytes(size).decode("utf-8", "surrogatepass"))


def _global(machine: PickleMachine) -> None:
    lines = []
    for _ in range(2):
        line = bytearray()
        while (byte := machine.read_bytes(1)) != b"\n":
            line += byte
        lines.append(line.decode())
    machine.push_global(*lines)


def _stacked_global(machine: PickleMachine) -> None:
    name, module = machine.pop(), machine.pop()
    if not isinstance(name, str) or not isinstance(module, str):
        raise TypeError
    machine.push_global(module, name)


def _tuple(machine: PickleMachine, count: int) -> None:
    machine.push(tuple(reversed([machine.pop() for _ in range(count)])))


def _pairs(machine: PickleMachine) -> None:
    items = machine.pop_to_mark()
    machine.push({})
    machine.set_items(items)


def _set_item(machine: PickleMachine) -> None:
    value, key = machine.pop(), machine.pop()
    machine.set_items([key, value])


def _add_items(machine: PickleMachine) -> None:
    items = machine.pop_to_mark()
    machine.extend_list(items)


def _set_items(machine: PickleMachine) -> None:
    items = machine.pop_to_mark()
    machine.set_items(items)


_INSTRUCTIONS: Mapping[int, Instruction] = {
    0x80: lambda m: m.read_bytes(1),  # PROTO
    0x95: lambda m: m.read_bytes(8),  # FRAME
    0x28: PickleMachine.push_mark,
    0x30: PickleMachine.pop,
    0x31: PickleMachine.pop_to_mark,  # POP_MARK
    0x4E: lambda m: m.push(None),
    0x88: lambda m: m.push(True),
    0x89: lambda m: m.push(False),
    0x8A: lambda m: _long(m, m.read_int(1)),
    0x8B: lambda m: _long(m, m.read_int(4)),
    0x58: lambda m: _text(m, m.read_int(4)),  # BINUNICODE
    0x8C: lambda m: _text(m, m.read_int(1)),
    0x8D: lambda m: _text(m, m.read_int(8)),
    0x42: lambda m: m.push(m.read_bytes(m.read_int(4))),  # BINBYTES
    0x43: lambda m: m.push(m.read_bytes(m.read_int(1))),
    0x8E: lambda m: m.push(m.read_bytes(m.read_int(8))),
    0x96: lambda m: m.push(m.read_bytes(m.read_int(8))),  # BYTEARRAY8
    0x5D: lambda m: m.push([]),
    0x61: lambda m: m.extend_list([m.pop()]),  # APPEND
    0x65: _add_items,  # APPENDS
    0x6C: lambda m: m.push(m.pop_to_mark()),  # LIST
    0x29: lambda m: m.push(()),
    0x74: lambda m: m.push(tuple(m.pop_to_mark())),
    0x85: lambda m: _tuple(m, 1),
    0x86: lambda m: _tuple(m, 2),
    0x87: lambda m: _tuple(m, 3),
    0x7D: lambda m: m.push({}),
    0x64: _pairs,  # DICT
    0x73: _set_item,
    0x75: _set_items,
    0x8F: lambda m: m.push([]),  # EMPTY_SET: a list is what JSON makes of it
    0x90: _add_items,
    0x91: lambda m: m.push(m.pop_to_mark()),  # FROZENSET
    0x72: lambda m: m.store_memo(m.read_int(4)),  # LONG_BINPUT
    0x94: PickleMachine.store_next_memo,
    0x6A: lambda m: m.push_memo(m.read_int(4)),
    0x63: _global,
    0x93: _stacked_global,
    0x52: PickleMachine.build_object,  # REDUCE
    0x81: PickleMachine.build_object,  # NEWOBJ
    0x62: PickleMachine.set_state,
    0x51: PickleMachine.push_persistent,
}
