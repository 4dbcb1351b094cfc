"""The keys of a row by what a format reads under them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from tensorboard_plugin_rlboard.formats.base import Format


@dataclass(frozen=True)
class RowKeys:
    """The keys of a row by what a format reads under them; looked up for every value of every row.

    Attributes:
        read: every key that the format reads.
        ignored: keys that carry nothing of their own.
        tokens: keys that may hold the list of response token strings.
        responses, numbers, texts: keys of the response, of one number a sample, and of any text.
        arrays: key -> its array field, the response mask among them, and the key's rank among those of the field.
        array_fields: array field, the response mask left out -> how many keys it has, in the format's order.
        mask: name of the field that is the response mask; None where the format has none.
        finish_reasons: keys that may hold the finish reason, the first that is there counts.
    """

    read: frozenset[str]
    ignored: frozenset[str]
    tokens: frozenset[str]
    responses: frozenset[str]
    numbers: frozenset[str]
    texts: frozenset[str]
    arrays: Mapping[str, tuple[str, int]]
    array_fields: Mapping[str, int]
    mask: str | None
    finish_reasons: tuple[str, ...]

    @classmethod
    def of(cls, file_format: Format) -> RowKeys:
        """The keys of a format."""
        read, tokens = file_format.read_keys, frozenset(file_format.token_keys)
        numbers = frozenset(key for keys in file_format.number_keys.values() for key in keys)
        mask = file_format.mask_as_array()
        arrays = {
            key: (name, rank)
            for name, keys in {**file_format.array_keys, **mask}.items()
            for rank, key in enumerate(keys)
        }
        return cls(
            read=read,
            ignored=file_format.ignored_keys,
            tokens=tokens,
            responses=frozenset(file_format.text_keys.get("response", ())),
            numbers=numbers,
            texts=read - tokens - numbers - set(arrays) - file_format.ignored_keys,
            arrays=arrays,
            array_fields={name: len(keys) for name, keys in file_format.array_keys.items()},
            mask=next(iter(mask), None),
            finish_reasons=file_format.finish_reason_keys,
        )
