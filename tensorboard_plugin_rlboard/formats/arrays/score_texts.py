"""Scores that are written as text: words for what is right, shares (`85%`, `7/10`), numbers of other countries, tensors."""

from __future__ import annotations

import re

from tensorboard_plugin_rlboard import words
from tensorboard_plugin_rlboard.formats.arrays.number_values import number_from_value, written_number

_DECIMAL_COMMA = re.compile(r"[+-]?(?:\d+,(?:\d{1,2}|\d{4,})|0,\d+)", re.ASCII)
"""A number as much of Europe writes it, and no `1,000`, which may be a thousand."""
_THOUSANDS = re.compile(r"[+-]?[1-9]\d{0,2}(?:,\d{3})+(?:\.\d*)?", re.ASCII)
"""A number whose thousands a comma parts, if it is not one with three decimals."""
_FRACTION = re.compile(r"(\d{1,9}(?:\.\d{1,9})?)(?: ?/ ?| of )([1-9]\d{0,8})", re.ASCII)
_MAX_LENGTH = 32
"""Characters of a text that may be a verdict."""
_BEGINS_NUMBER = frozenset("+-.0123456789")


def score_from_value(value: object) -> float | None:
    """A number, of a tensor as well, or what says in words or as a share how right an answer is (`yes` 1, `85%` 0.85), or is `0,5`."""
    number = written_number(value)
    return number_from_verdict(value) if number is None else number


def number_from_verdict(value: object) -> float | None:
    """1 or 0 of a word for whether something is right, a share (`85%`, `7/10`), a number with a comma; else None."""
    if not isinstance(value, str) or len(value) > _MAX_LENGTH:
        return None
    text = value.strip().lower()
    if _DECIMAL_COMMA.fullmatch(text):
        return number_with_decimal_comma(text)
    share = share_from_text(text)
    return (
        share if share is not None else 1.0 if text in words.RIGHT else 0.0 if text in words.WRONG else None
    )


def share_from_text(text: str) -> float | None:
    """The share that a text says in per cent or as a fraction of at most 1 (`85%`, `7/10`); None for any other."""
    text = text.strip()
    if text.endswith("%"):
        share = number_from_value(text[:-1].rstrip()) if text[:1] in _BEGINS_NUMBER else None
        return None if share is None else share / 100
    found = _FRACTION.fullmatch(text) if text[:1] in _BEGINS_NUMBER and len(text) <= _MAX_LENGTH else None
    share = None if found is None else float(found[1]) / float(found[2])
    return share if share is not None and share <= 1 else None


def number_with_decimal_comma(value: object) -> float | None:
    """The number of a value whose texts have a decimal comma (`1,000` is 1); any other as a score is read."""
    if isinstance(value, str) and len(value) <= _MAX_LENGTH and value.count(",") == 1:
        return number_from_value(value.replace(",", "."))
    return score_from_value(value)


def number_with_thousands_comma(value: object) -> float | None:
    """The number of a value in whose texts commas part the thousands (`1,000` is 1000); any other as a score is read."""
    if isinstance(value, str) and len(value) <= _MAX_LENGTH and _THOUSANDS.fullmatch(value.strip()):
        return number_from_value(value.replace(",", ""))
    return score_from_value(value)


def has_decimal_comma(value: object) -> bool:
    """Whether a value is a text whose comma can only be a decimal one (`0,5`)."""
    return isinstance(value, str) and _DECIMAL_COMMA.fullmatch(value.strip()) is not None


def has_thousands_comma(value: object) -> bool:
    """Whether a value is a text whose commas can only part thousands (`1,000.5`, `1,000,000`)."""
    return may_have_thousands(value) and (str(value).count(",") > 1 or "." in str(value))


def may_have_thousands(value: object) -> bool:
    """Whether a value is a text whose commas may part thousands (`1,000`)."""
    return isinstance(value, str) and _THOUSANDS.fullmatch(value.strip()) is not None
