"""The first bytes of a file, and its name: all that its kind is told by."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from tensorboard_plugin_rlboard.sources.containers.base import Preview
from tensorboard_plugin_rlboard.sources.kinds.names import container_by_name, is_log_name
from tensorboard_plugin_rlboard.sources.text.encodings import UTF_8, encoding_of

if TYPE_CHECKING:
    from tensorboard_plugin_rlboard.sources.containers.base import Container


@dataclass(frozen=True, slots=True)
class Head:
    """The beginning of a file.

    Attributes:
        data: Its first bytes, unpacked.
        is_whole: Whether these are all of it.
        name: The file's name.
    """

    data: bytes
    is_whole: bool
    name: str

    @property
    def text(self) -> str:
        """The bytes as text, without a byte order mark and blanks at the beginning."""
        text = self.data.decode(encoding_of(self.data), "replace").lstrip("\ufeff \t\r\n")
        # A character that is cut in two at the end is none that the file holds.
        return text if self.is_whole else text.removesuffix("\ufffd")

    @property
    def is_utf8(self) -> bool:
        """Whether the text is in UTF-8, as lines have to be that are read where they lie."""
        return encoding_of(self.data) == UTF_8

    @property
    def has_log_name(self) -> bool:
        """Whether whoever named the file meant it to be a log."""
        return is_log_name(self.name)

    @property
    def named_kind(self) -> Container | None:
        """The kind of container that the name ends like."""
        return container_by_name(self.name)


def not_read(reason: str, *, is_named: bool) -> Preview:
    """The preview of a file that holds no rows."""
    return Preview(may_hold_rollouts=False, reason=reason, is_named=is_named)
