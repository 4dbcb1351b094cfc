"""The keys of a row by what a format reads under them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from tensorboard_plugin_rlboard.formats.base import Format


@dataclass(frozen=True)
class RowKeys:
    """The keys of a row by what a format reads under them; made once, and looked up for every value of every row.

    Attributes:
        format: the format.
    """

    format: Format

    @cached_property
    def read(self) -> frozenset[str]:
        """Every key that the format reads."""
        return self.format.read_keys

    @cached_property
    def ignored(self) -> frozenset[str]:
        """Keys that carry nothing of their own."""
        return self.format.ignored_keys

    @cached_property
    def tokens(self) -> frozenset[str]:
        """Keys that may hold the list of response token strings."""
        return frozenset(self.format.token_keys)

    @cached_property
    def responses(self) -> frozenset[str]:
        """Keys of the response."""
        return frozenset(self.format.text_keys.get("response", ()))

    @cached_property
    def numbers(self) -> frozenset[str]:
        """Keys of one number a sample."""
        return frozenset(key for keys in self.format.number_keys.values() for key in keys)

    @cached_property
    def texts(self) -> frozenset[str]:
        """Keys of any text."""
        return self.read - self.tokens - self.numbers - set(self.arrays) - self.ignored

    @cached_property
    def arrays(self) -> Mapping[str, tuple[str, int]]:
        """Key -> its array field, the response mask among them, and the key's rank among those of the field."""
        return {
            key: (name, rank)
            for name, keys in {**self.format.array_keys, **self.format.mask_as_array()}.items()
            for rank, key in enumerate(keys)
        }

    @cached_property
    def array_fields(self) -> Mapping[str, int]:
        """Array field, the response mask left out -> how many keys it has, in the format's order."""
        return {name: len(keys) for name, keys in self.format.array_keys.items()}

    @cached_property
    def mask(self) -> str | None:
        """Name of the field that is the response mask; None where the format has none."""
        return next(iter(self.format.mask_as_array()), None)

    @cached_property
    def finish_reasons(self) -> tuple[str, ...]:
        """Keys that may hold the finish reason, the first that is there counts."""
        return self.format.finish_reason_keys
