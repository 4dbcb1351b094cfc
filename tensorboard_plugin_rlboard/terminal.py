"""Prints the lines of commands. Control characters in names and texts of a log are spelt out: a terminal would obey them."""

from __future__ import annotations

import json
import sys
from typing import TextIO

from tensorboard_plugin_rlboard.texts import is_hidden, visible


def print_line(line: str) -> None:
    """Prints one line of a command's result."""
    _print(line, sys.stdout)


def print_error(sentence: str) -> None:
    """Prints one line of what went wrong, beside the result."""
    _print(sentence, sys.stderr)


def print_json(value: object, indent: int | None = None) -> None:
    """Prints a value as JSON, which says what was logged: characters that a terminal would obey are escaped in it."""
    _write(json_text(value, sys.stdout.encoding or "utf-8", indent), sys.stdout)


def json_text(value: object, encoding: str = "utf-8", indent: int | None = None) -> str:
    """A value as JSON. Escaped is what an encoding has no sign for, and what would hide or turn the text around it."""
    text = json.dumps(value, ensure_ascii=False, indent=indent)
    # Ends of lines are the layout's: those of a text are escaped already.
    return "".join(
        character if character == "\n" or _is_shown(character, encoding) else json.dumps(character)[1:-1]
        for character in text
    )


def _is_shown(character: str, encoding: str) -> bool:
    """Whether a character can be written in an encoding, and is seen then."""
    if character.isascii():
        return character.isprintable()
    try:
        character.encode(encoding)
    except UnicodeEncodeError:
        return False
    return not is_hidden(character)


def _print(line: str, stream: TextIO) -> None:
    text = visible(line).replace("\n", "␊")
    encoding = stream.encoding or "utf-8"  # another one than UTF-8 has no sign for most of what a log holds
    _write(text.encode(encoding, "backslashreplace").decode(encoding), stream)


def _write(text: str, stream: TextIO) -> None:
    print(text, file=stream, flush=True)
