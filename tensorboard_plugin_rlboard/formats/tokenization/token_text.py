"""Decodes token strings as a tokenizer stores them into text.

Trainers log what ``convert_ids_to_tokens`` gives: byte-level BPE spells each byte as one character (``Ġ`` for a
space, ``å¨ģ`` for 威), SentencePiece spells a space as ``▁`` and a byte as ``<0xE5>``; others log plain text. None
says which, and the same letters occur in plain text (é, č, ł), so the whole sequence is asked for evidence.
"""

from __future__ import annotations

import codecs
import re
from collections import Counter
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence


class TokenStyle(StrEnum):
    """How the tokens of a response are spelt."""

    PLAIN = "plain"
    BYTE_LEVEL = "byte_level"
    SENTENCEPIECE = "sentencepiece"


def _byte_characters() -> str:
    """Give the characters that stand for the bytes 0-255 in byte-level BPE, as GPT-2 introduced them.

    A byte that is a visible character in Latin-1 is that character; the others, in order, are those from U+0100.
    """
    visible = {*range(0x21, 0x7F), *range(0xA1, 0xAD), *range(0xAE, 0x100)}
    hidden = iter(range(0x100, 0x200))
    return "".join(chr(byte if byte in visible else next(hidden)) for byte in range(256))


BYTE_CHARACTERS = _byte_characters()
_BYTE_ALPHABET = frozenset(BYTE_CHARACTERS)
_TO_LATIN1 = str.maketrans(BYTE_CHARACTERS, bytes(range(256)).decode("latin-1"))

_SPACE = "▁"
_BROKEN = "\ufffd"
_BYTE_TOKEN = re.compile(r"<0x([0-9A-Fa-f]{2})>")
# <|im_end|>, <｜begin▁of▁sentence｜>, </s>, <start_of_turn>, [PAD]: added tokens are stored as they read, so they
# are no evidence, and the ▁ in them is no space.
_SPECIAL = re.compile(r"<[|｜][!-~▁]*[|｜]>|</?[A-Za-z_][A-Za-z0-9_-]*>|\[[A-Z]+\]")


def decode_for_display(raw: Sequence[str], style: TokenStyle | None = None) -> list[str]:
    """Decode token strings into text, one piece per token.

    Args:
        raw: The tokens of one response, in order.
        style: How they are spelt; None to find out by ``detect_style``.

    Returns:
        As many pieces as tokens; joined they are the response's text. A character whose bytes lie in several
        tokens stands whole in the first of them, and a token that only goes on with it has "". Bytes that are no
        UTF-8 are U+FFFD. Special tokens and, in byte-level sequences, tokens with other characters than those of
        the byte alphabet are given as they are.
    """
    style = style or detect_style(raw)
    if style is TokenStyle.BYTE_LEVEL:
        return _join_characters(_decode_each(raw, _byte_level))
    if style is TokenStyle.SENTENCEPIECE:
        return _join_characters(_decode_each(raw, _sentencepiece))
    return list(raw)


def detect_style(raw: Sequence[str]) -> TokenStyle:
    """Detect how the tokens of one sequence are spelt, by counting evidence.

    Evidence for byte-level are spaces and line ends in its spelling, and letters beyond ASCII that are whole
    characters when read as bytes (plain text practically never is: é is a lone 0xE9); evidence against it are bytes
    that make no character, and characters that its spelling does not have. Evidence for SentencePiece are ``▁`` and
    byte tokens, and against it literal spaces, which it never writes. Plain is the style without a majority for
    another one.

    Args:
        raw: The tokens of one response, in order.

    Returns:
        The style; plain where nothing needs decoding.
    """
    # A long response repeats its tokens: each distinct one is examined once, and counted as often as it occurs.
    times = Counter(raw)
    for token in [token for token in times if _SPECIAL.fullmatch(token)]:
        del times[token]

    def count(evidence: Callable[[str], int]) -> int:
        return sum(evidence(token) * n for token, n in times.items())

    pieces = count(lambda token: _SPACE in token or _BYTE_TOKEN.fullmatch(token) is not None)
    if pieces > count(lambda token: " " in token):
        return TokenStyle.SENTENCEPIECE
    if all(map(str.isascii, times)):
        return TokenStyle.PLAIN
    foreign = count(lambda token: not _BYTE_ALPHABET.issuperset(token))
    spelling_marks = count(lambda token: token.count("Ġ") + token.count("Ċ"))
    decoded = {token: piece if isinstance(piece := _byte_level(token), bytes) else b"" for token in set(raw)}
    data = b"".join(map(decoded.__getitem__, raw))
    text = data.decode("utf-8", "replace")
    # The last character may be cut off where the response was: that is no evidence against.
    broken = text.removesuffix(_BROKEN).count(_BROKEN)
    whole = len(text) - len(text.encode("ascii", "ignore")) - text.count(_BROKEN)
    return TokenStyle.BYTE_LEVEL if whole + spelling_marks > foreign + broken else TokenStyle.PLAIN


def _decode_each(raw: Sequence[str], decode: Callable[[str], bytes | str]) -> Iterable[bytes | str]:
    decoded = {token: decode(token) for token in set(raw)}
    return map(decoded.__getitem__, raw)


def _byte_level(token: str) -> bytes | str:
    if not _BYTE_ALPHABET.issuperset(token):
        return token
    return token.translate(_TO_LATIN1).encode("latin-1")


def _sentencepiece(token: str) -> bytes | str:
    if _SPECIAL.fullmatch(token):
        return token
    byte = _BYTE_TOKEN.fullmatch(token)
    return bytes.fromhex(byte[1]) if byte else token.replace(_SPACE, " ")


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
