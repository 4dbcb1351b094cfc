"""Removes padding from texts: what a tokenizer filled up a batch with is nothing that the model wrote."""

from __future__ import annotations

import re

_PAD = r"(?:<[^<>\s]{0,40}pad[^<>\s]{0,20}>|\[pad\])"
_LEADING = re.compile(
    rf"(?:{_PAD}\s*)+|(?:<\|endoftext\|>){{2,}}|(?:</s>){{2,}}|(?:<\|im_end\|>){{2,}}"
    r"|(?:<\|end_of_text\|>){2,}|(?:<\|eot_id\|>){2,}|(?:<unk>){2,}",
    re.IGNORECASE | re.ASCII,
)
_TRAILING = re.compile(rf"{_PAD}\s*\Z", re.IGNORECASE | re.ASCII)
_MAX_PAD_CHARS = 160
"""Characters at the end of a text that hold a pad, and white space behind it."""
_ENDS = (">", "]", " ", "\n", "\t", "\r", "\f", "\v")


def without_leading(text: str) -> str:
    """A prompt without the pads that it begins with; end tokens there are pads from two on."""
    match = _LEADING.match(text) if text[:1] in {"<", "["} else None
    return text[match.end() :] if match else text


def without_trailing(text: str, last_token: str | None, trimmed: int) -> str:
    """A response without the pads that it ends with.

    Args:
        text: the response.
        last_token: its last token where that looks like no word, else None.
        trimmed: how many of its last tokens are padding.
    """
    if trimmed and last_token and text.endswith(last_token * trimmed):
        return text[: len(text) - len(last_token) * trimmed]
    while text.endswith(_ENDS):
        match = _TRAILING.search(text[-_MAX_PAD_CHARS:])
        if not match:
            break
        text = text[: len(text) - (match.end() - match.start())]
    return text
