"""Reads JSON values from an open text one after the other, holding one of them at a time."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

from tensorboard_plugin_rlboard.sources.text.json_faults import fault_sentence
from tensorboard_plugin_rlboard.sources.text.repeated_keys import repeated_in_value

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import TextIO

MAX_VALUE_CHARACTERS = 64 * 1024 * 1024
"""Characters of one value at most: its objects need many times as much memory."""
_CHUNK_CHARACTERS = 256 * 1024
_NEAR_END = 16
"""Characters from the end of what was read within which an error may be of a literal, number or escape cut there."""
_LITERALS = ("true", "false", "null", "NaN", "Infinity", "-Infinity")
_OF_NUMBERS = "+-.eE0123456789"
_SPACE = re.compile(r"[ \t\r\n]*")
_PLAIN_ITEMS = re.compile(
    r'[-+.eE0-9][-+.eE0-9, \t\r\n]*,|(?:"[^"\\\x00-\x1f]*"[ \t\r\n]*,[ \t\r\n]*)++', re.ASCII
)
"""Numbers, or texts without escapes, that follow each other in a list, each with its comma."""
_DECODER = json.JSONDecoder()


class BrokenJsonError(ValueError):
    """No value can be read here; the message is one sentence that says why.

    Attributes:
        is_cut: Whether the text ends within the value, as it does while somebody writes it.
    """

    def __init__(self, reason: str, *, is_cut: bool = False) -> None:
        super().__init__(reason)
        self.is_cut = is_cut


class JsonValues:
    """Values of a JSON text.

    Attributes:
        repeated: Keys that stand twice in an object of the values so far, as a set in order.

    Args:
        file: The text, at its beginning.
    """

    def __init__(self, file: TextIO) -> None:
        self._file = file
        self._text = ""
        self._at = 0
        self._ended = False
        self.repeated: dict[str, None] = {}

    def peek(self) -> str:
        """The next character that is no space; empty at the end of the text."""
        while True:
            found = _SPACE.match(self._text, self._at)
            self._at = found.end() if found else self._at
            if self._at < len(self._text):
                return self._text[self._at]
            if not self._read(_CHUNK_CHARACTERS):
                return ""

    def skip(self, character: str) -> bool:
        """Step over the next character that is no space if it is this one; whether it was."""
        if self.peek() != character:
            return False
        self._at += 1
        return True

    def value(self) -> object:
        """The next value, as ``json`` decodes it.

        Raises:
            BrokenJsonError: There is none.
        """
        self.peek()
        while True:
            try:
                value, end = _DECODER.raw_decode(self._text, self._at)
            except RecursionError:
                msg = "It is nested too deeply."
                raise BrokenJsonError(msg) from None
            except json.JSONDecodeError as error:
                cut = error.msg.startswith("Unterminated") or error.pos >= len(self._text) - _NEAR_END
                if cut and self._read_on():
                    continue
                rest = self._text[error.pos :]
                is_cut = error.msg.startswith("Unterminated") or any(
                    word.startswith(rest) for word in _LITERALS
                )
                raise BrokenJsonError(
                    fault_sentence(self._text, error.pos, error.msg), is_cut=is_cut
                ) from None
            except ValueError as error:  # of a number with thousands of digits
                msg = f"{str(error).partition(':')[0]}."
                raise BrokenJsonError(msg) from None
            is_number = isinstance(value, (int, float))
            # It may go on behind what was read: `1.` is read as 1, and a point.
            if is_number and not self._text[end : end + _NEAR_END].strip(_OF_NUMBERS) and self._read_on():
                continue
            if isinstance(value, (dict, list)) and value:
                self.repeated.update(dict.fromkeys(repeated_in_value(self._text[self._at : end], value)))
            self._at = end
            return value

    def items(self) -> Iterator[object]:
        """Read a list item by item. The next character has to be its bracket.

        Raises:
            BrokenJsonError: An item cannot be read, or the list goes on in no way that a list can.
        """
        self.skip("[")
        yield from self.rest_of_items()

    def rest_of_items(self) -> Iterator[object]:
        """As ``items``, behind the bracket. A comma in front of the last bracket is stepped over."""
        for items in self.rest_in_stretches():
            yield from items

    def rest_in_stretches(self) -> Iterator[list[object]]:
        """As ``rest_of_items``, with numbers or plain texts that follow each other at once: rows have thousands of them."""
        may_be_plain = True
        while not self.skip("]"):
            items = self._plain_items() if may_be_plain else []
            if items:
                yield items
                continue
            may_be_plain = may_be_plain and items is not None
            yield [self.value()]
            if self.skip("]"):
                return
            self._expect(",")

    def _plain_items(self) -> list[object] | None:
        """The items up to the last comma of what is read, if these are numbers or plain texts; None where they are wrong."""
        found = _PLAIN_ITEMS.match(self._text, self._at)
        if found is None:
            return []
        try:
            items: list[object] = json.loads(f"[{found[0].rstrip()[:-1]}]")
        except ValueError:  # item by item it is told which
            return None
        self._at = found.end()
        return items

    def members(self) -> Iterator[str]:
        """Read an object key by key; whoever asks reads the value behind each. The next character has to be its brace.

        Raises:
            BrokenJsonError: A key cannot be read, or the object goes on in no way that an object can.
        """
        self.skip("{")
        if self.skip("}"):
            return
        while True:
            if self.peek() not in {'"', ""}:
                self._fail("Expecting property name enclosed in double quotes")
            yield str(self.value())
            if self.skip("}"):
                return
            self._expect(",")

    def expect_colon(self) -> None:
        """Step over the colon behind a key.

        Raises:
            BrokenJsonError: There is none.
        """
        self._expect(":")

    def _expect(self, character: str) -> None:
        if not self.skip(character):
            self._fail(f"Expecting '{character}' delimiter")

    def _fail(self, reason: str) -> None:
        is_cut = not self.peek()
        raise BrokenJsonError(fault_sentence(self._text, self._at, reason), is_cut=is_cut)

    def _read_on(self) -> bool:
        """Read about as much again as is there already; whether there was anything left to read."""
        size = len(self._text) - self._at
        if size > MAX_VALUE_CHARACTERS:
            msg = f"An object in it has more than {MAX_VALUE_CHARACTERS >> 20} MB, too many to be read at once: write JSON lines."
            raise BrokenJsonError(msg)
        return self._read(max(_CHUNK_CHARACTERS, size))

    def _read(self, size: int) -> bool:
        if self._ended:
            return False
        more = self._file.read(size)
        if not more:
            self._ended = True
            return False
        self._text, self._at = self._text[self._at :] + more, 0
        return True
