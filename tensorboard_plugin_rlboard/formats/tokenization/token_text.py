"""Decodes token strings as a tokenizer stores them into text.

Trainers log what ``convert_ids_to_tokens`` gives: byte-level BPE spells each byte as one character (``Ġ`` for a
space, ``å¨ģ`` for 威), SentencePiece spells a space as ``▁`` and a byte as ``<0xE5>``, WordPiece begins what goes on with
a word with ``##`` and leaves spaces out; others log plain text. Which it is, `style_evidence` finds out.
"""

from __future__ import annotations

import codecs
import re
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence


class TokenStyle(StrEnum):
    """How the tokens of a response are spelt."""

    PLAIN = "plain"
    BYTE_LEVEL = "byte_level"
    SENTENCEPIECE = "sentencepiece"
    WORDPIECE = "wordpiece"


def _byte_characters() -> str:
    """Give the characters that stand for the bytes 0-255 in byte-level BPE, as GPT-2 introduced them.

    A byte that is a visible character in Latin-1 is that character; the others, in order, are those from U+0100.
    """
    visible = {*range(0x21, 0x7F), *range(0xA1, 0xAD), *range(0xAE, 0x100)}
    hidden = iter(range(0x100, 0x200))
    return "".join(chr(byte if byte in visible else next(hidden)) for byte in range(256))


BYTE_CHARACTERS = _byte_characters()
BYTE_ALPHABET = frozenset(BYTE_CHARACTERS)
_TO_LATIN1 = str.maketrans(BYTE_CHARACTERS, bytes(range(256)).decode("latin-1"))

SPACE = "▁"
BROKEN = "\ufffd"
BYTE_TOKEN = re.compile(r"<0x([0-9A-Fa-f]{2})>")
# <|im_end|>, <｜begin▁of▁sentence｜>, </s>, <start_of_turn>, [PAD]: added tokens are stored as they read, so they
# are no evidence, and the ▁ in them is no space.
SPECIAL = re.compile(r"<[|｜][!-~▁]{0,60}[|｜]>|</?[A-Za-z_][A-Za-z0-9_-]{0,60}>|\[[A-Z]{1,60}\]")
CONTINUES_WORD = "##"
_CLOSE_TO_WORD = (".", "?", "!", ",", "n't", "'m", "'s", "'ve", "'re")
"""What WordPiece's decoder of the package tokenizers writes without a space before it (its `cleanup`)."""


def decode_tokens(raw: Sequence[str], style: TokenStyle) -> list[str]:
    """Decode token strings into text, one piece per token.

    Args:
        raw: The tokens of one response, in order.
        style: How they are spelt.

    Returns:
        As many pieces as tokens; joined they are the response's text. A character whose bytes lie in several
        tokens stands whole in the first of them, and a token that only goes on with it has "". Bytes that are no
        UTF-8 are U+FFFD. Special tokens and, in byte-level sequences, tokens with other characters than those of
        the byte alphabet are given as they are.
    """
    if style is TokenStyle.BYTE_LEVEL:
        return _join_characters(_decode_each(raw, byte_level_bytes))
    if style is TokenStyle.SENTENCEPIECE:
        return _join_characters(_decode_each(raw, _sentencepiece))
    if style is TokenStyle.WORDPIECE:
        return _wordpiece(raw)
    return list(raw)


def _decode_each(raw: Sequence[str], decode: Callable[[str], bytes | str]) -> Iterable[bytes | str]:
    decoded = {token: decode(token) for token in set(raw)}
    return map(decoded.__getitem__, raw)


def byte_level_bytes(token: str) -> bytes | str:
    """The bytes that a token of byte-level BPE spells; the token itself where it is none."""
    if not BYTE_ALPHABET.issuperset(token):
        return token
    return token.translate(_TO_LATIN1).encode("latin-1")


def _wordpiece(raw: Sequence[str]) -> list[str]:
    """As the decoder of the package tokenizers joins them: the first token stays as it is."""
    shown: list[str] = []
    for token in raw:
        if shown and token.startswith(CONTINUES_WORD):
            shown.append(token.removeprefix(CONTINUES_WORD))
        else:
            shown.append(f" {token}" if shown and not token.startswith(_CLOSE_TO_WORD) else token)
    return shown


def _sentencepiece(token: str) -> bytes | str:
    if SPECIAL.fullmatch(token):
        return token
    byte = BYTE_TOKEN.fullmatch(token)
    return bytes.fromhex(byte[1]) if byte else token.replace(SPACE, " ")


def _join_characters(pieces: Iterable[bytes | str]) -> list[str]:
    """Decode the bytes among the pieces, giving each character to the piece that its first byte lies in."""
    decoder = codecs.getincrementaldecoder("utf-8")("replace")
    shown: list[str] = []
    owner: int | None = None  # the piece in which a character began that is not complete yet
    for index, piece in enumerate(pieces):
        if isinstance(piece, str):
            if owner is not None:
                shown[owner] += decoder.decode(b"", final=True)
                decoder.reset()
                owner = None
            shown.append(piece)
            continue
        if owner is None and piece.isascii():
            shown.append(piece.decode("ascii"))
            continue
        text = decoder.decode(piece)
        if owner is not None and text:
            # Completed or broken off: what had begun is exactly the first character now.
            shown[owner] += text[0]
            text = text[1:]
            owner = None
        if owner is None and decoder.getstate()[0]:
            owner = index
        shown.append(text)
    if owner is not None:
        shown[owner] += decoder.decode(b"", final=True)
    return shown
