"""The first bytes of a file, and its name: all that its kind is told by."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from tensorboard_plugin_rlboard.sources.containers.base import Preview
from tensorboard_plugin_rlboard.sources.kinds.names import container_by_name, is_log_name, says_rollouts
from tensorboard_plugin_rlboard.sources.text.encodings import UTF_8, encoding_of

if TYPE_CHECKING:
    from typing import BinaryIO

    from tensorboard_plugin_rlboard.sources.containers.base import Container

_BLOCK_BYTES = 256 * 1024
_MAX_LINE_BLOCKS = 64


@dataclass(frozen=True)
class Head:
    """The beginning of a file.

    Attributes:
        data: Its first bytes, unpacked.
        is_whole: Whether these are all of it.
        name: The file's name.
        rest: The file behind these bytes, where it can be read on.
    """

    data: bytes
    is_whole: bool
    name: str
    rest: BinaryIO | None = None

    @cached_property
    def encoding(self) -> str:
        """The codec of the bytes, if they are a text."""
        return encoding_of(self.data)

    @cached_property
    def text(self) -> str:
        """The bytes as text, without a byte order mark and blanks at the beginning."""
        text = self.data.decode(self.encoding, "replace").lstrip("\ufeff \t\r\n")
        # A character that is cut in two at the end is none that the file holds.
        return text if self.is_whole else text.removesuffix("\ufffd")

    @property
    def is_utf8(self) -> bool:
        """Whether the text is in UTF-8, as lines have to be that are read where they lie."""
        return self.encoding == UTF_8

    @cached_property
    def has_log_name(self) -> bool:
        """Whether whoever named the file meant it to be a log."""
        return is_log_name(self.name)

    @cached_property
    def is_listed(self) -> bool:
        """Whether the file is named where its bytes cannot be read."""
        return self.has_log_name or says_rollouts(self.name)

    def end_of_first_line(self) -> str:
        """The last character of a first line that is longer than the head; empty where it is longer than 16 MB, or has no end."""
        before = self.data[-1:]
        for _ in range(_MAX_LINE_BLOCKS if self.rest is not None else 0):
            block = self.rest.read(_BLOCK_BYTES) if self.rest is not None else b""
            line, end, _ = block.partition(b"\n")
            before = line.rstrip()[-1:] or before
            if end or not block:
                return before.decode("ascii", "replace") if end else ""
        return ""

    @property
    def named_kind(self) -> Container | None:
        """The kind of container that the name ends like."""
        return container_by_name(self.name)


def not_read(reason: str, *, is_listed: bool) -> Preview:
    """The preview of a file that holds no rows."""
    return Preview(may_hold_rollouts=False, reason=reason, is_listed=is_listed)
