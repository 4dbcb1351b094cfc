"""The keys of rows beside those that a format reads: which there are, and what they hold."""

from __future__ import annotations

from dataclasses import dataclass

MAX_EXTRA_KEYS, MAX_EXTRA_ARRAYS = 200, 30
"""Extra keys that a range may have, and those with lists, of which each has eight columns; a log that names its samples
by keys would need columns without end."""
_LONGEST = 200
"""Characters of a key that can name a column; a longer, empty or unprintable one is only shown with its sample."""


@dataclass(frozen=True)
class ExtraKeys:
    """Keys beside those that the format names.

    Attributes:
        numbers: keys with a number or a truth value.
        texts: keys with text, on some rows at least.
        arrays: keys with a list of numbers: token metrics if they fit the tokens.
    """

    numbers: frozenset[str] = frozenset()
    texts: frozenset[str] = frozenset()
    arrays: frozenset[str] = frozenset()

    def __or__(self, other: ExtraKeys) -> ExtraKeys:
        """Both; a key that is a number here and text there is text, so that nothing of it is lost."""
        texts = self.texts | other.texts
        return ExtraKeys((self.numbers | other.numbers) - texts, texts, self.arrays | other.arrays)


def can_be_column(key: str) -> bool:
    """Whether a key can name a column."""
    return 0 < len(key) <= _LONGEST and key.isprintable()
