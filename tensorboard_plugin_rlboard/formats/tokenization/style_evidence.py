"""Finds out how token strings are spelt, by counting evidence in the tokens of one or many responses.

None says how it spells its tokens, and the letters of byte-level BPE occur in plain text as well (é, č, ł). A short
response says little, so the tokens of many are asked together; the evidence of each is added up.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from tensorboard_plugin_rlboard.formats.tokenization.token_text import (
    BROKEN,
    BYTE_ALPHABET,
    BYTE_TOKEN,
    SPACE,
    SPECIAL,
    TokenStyle,
    byte_level_bytes,
    decode_tokens,
)

_BYTE_MARKS = "ĠĊĉ"
"""A space, a line end and a tab in byte-level spelling."""
_ADDED_SPACES = re.compile(r" {2,}|\t{2,}")
"""White space that tokenizers of code have as added tokens, which are stored as they read."""
_WORD_PIECE = re.compile(r"##\w+")
_MAX_CACHED_LENGTH, _MAX_CACHED_TOKENS = 32, 16_384
"""Characters of a token, and tokens, whose evidence is remembered: about 4 MB."""


@dataclass(frozen=True)
class StyleEvidence:
    """Counts of what speaks for and against each spelling.

    Attributes:
        pieces, spaces: for SentencePiece `▁` and byte tokens; against it literal spaces, which it never writes.
        byte_marks, foreign: for byte-level BPE its spaces, line ends and tabs, and letters beyond ASCII that are whole
            characters when read as bytes (plain text practically never is: é is a lone 0xE9); against it bytes that make
            no character, and characters that its spelling does not have.
        word_pieces, blanks: for WordPiece tokens that go on with a word; against it white space, which it has not.
    """

    pieces: int = 0
    spaces: int = 0
    byte_marks: int = 0
    foreign: int = 0
    word_pieces: int = 0
    blanks: int = 0

    def __add__(self, other: StyleEvidence) -> StyleEvidence:
        """The evidence of both."""
        return StyleEvidence(
            self.pieces + other.pieces,
            self.spaces + other.spaces,
            self.byte_marks + other.byte_marks,
            self.foreign + other.foreign,
            self.word_pieces + other.word_pieces,
            self.blanks + other.blanks,
        )

    @property
    def style(self) -> TokenStyle:
        """The spelling that more speaks for than against; plain where there is none."""
        if self.pieces > self.spaces:
            return TokenStyle.SENTENCEPIECE
        if self.byte_marks > self.foreign:
            return TokenStyle.BYTE_LEVEL
        return TokenStyle.WORDPIECE if self.word_pieces > self.blanks else TokenStyle.PLAIN


def _counts(token: str) -> tuple[int, int, int, int, int, int] | None:
    """The counts of one token for pieces, spaces, word pieces, blanks, byte marks and foreign; None for a special token."""
    if SPECIAL.fullmatch(token):
        return None
    is_foreign = not (BYTE_ALPHABET.issuperset(token) or _ADDED_SPACES.fullmatch(token))
    return (
        int(SPACE in token or BYTE_TOKEN.fullmatch(token) is not None),
        int(" " in token),
        int(_WORD_PIECE.fullmatch(token) is not None),
        int(any(map(str.isspace, token)) or "Ġ" in token or SPACE in token),
        sum(map(token.count, _BYTE_MARKS)),
        int(is_foreign),
    )


_known_counts = lru_cache(maxsize=_MAX_CACHED_TOKENS)(_counts)
"""The responses of a run are of one vocabulary: most tokens of the next one were examined before."""


def style_evidence(raw: Sequence[str]) -> StyleEvidence:
    """The evidence of the tokens of one response, in order."""
    # A long response repeats its tokens: each distinct one is examined once, and counted as often as it occurs.
    pieces = spaces = marks = foreign = word_pieces = blanks = 0
    is_ascii = True
    for token, times in Counter(raw).items():
        counts = _known_counts(token) if len(token) <= _MAX_CACHED_LENGTH else _counts(token)
        if counts is None:
            continue
        pieces += counts[0] * times
        spaces += counts[1] * times
        word_pieces += counts[2] * times
        blanks += counts[3] * times
        marks += counts[4] * times
        foreign += counts[5] * times
        is_ascii = is_ascii and token.isascii()
    found = StyleEvidence(pieces, spaces, word_pieces=word_pieces, blanks=blanks)
    if is_ascii:
        return found
    decoded = {
        token: piece if isinstance(piece := byte_level_bytes(token), bytes) else b"" for token in set(raw)
    }
    text = b"".join(map(decoded.__getitem__, raw)).decode("utf-8", "replace")
    # The last character may be cut off where the response was: that is no evidence against.
    broken = text.removesuffix(BROKEN).count(BROKEN)
    whole = len(text) - len(text.encode("ascii", "ignore")) - text.count(BROKEN)
    return found + StyleEvidence(byte_marks=whole + marks, foreign=foreign + broken)


def detect_style(raw: Sequence[str]) -> TokenStyle:
    """How the tokens of one response are spelt, as far as they say it themselves."""
    return style_evidence(raw).style


def decode_for_display(raw: Sequence[str], style: TokenStyle | None = None) -> list[str]:
    """The pieces of text of one response's tokens, as `decode_tokens`; the style found out where it is not given."""
    return decode_tokens(raw, style or detect_style(raw))


def style_of_text(raw: Sequence[str], text: str, usual: TokenStyle) -> TokenStyle:
    """The spelling in which the tokens of a response make its text.

    Args:
        raw: the tokens.
        text: the response as text.
        usual: the spelling of its run, which is taken where its tokens make that text or none do.
    """
    wanted = _without_specials(text)
    styles: list[TokenStyle] = [usual, *TokenStyle]
    for style in styles:
        if _without_specials("".join(decode_tokens(raw, style))) == wanted:
            return style
    return usual


def _without_specials(text: str) -> str:
    """A text without special tokens and white space around it: the text may be logged without either."""
    return SPECIAL.sub("", text).strip()
