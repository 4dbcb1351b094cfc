from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tensorboard_plugin_rlboard.formats.tokenization.style_evidence import (
    StyleEvidence,
    decode_for_display,
    detect_style,
    style_evidence,
    style_of_text,
)
from tensorboard_plugin_rlboard.formats.tokenization.token_text import BYTE_CHARACTERS, TokenStyle

# What responses are made of: words, Chinese, emoji, mathematics, line ends.
prose = st.text(st.sampled_from("abz .,\n\té你好威🙂∑«»ł1{}|"), max_size=30)


def byte_level(data: bytes) -> str:
    return "".join(BYTE_CHARACTERS[byte] for byte in data)


def split(sequence: bytes, cuts: list[int]) -> list[bytes]:
    edges = [0, *sorted(cut % (len(sequence) + 1) for cut in cuts), len(sequence)]
    return [sequence[a:b] for a, b in itertools.pairwise(edges)]


def test_the_byte_alphabet_is_that_of_gpt2() -> None:
    assert len(set(BYTE_CHARACTERS)) == 256
    assert byte_level(b" \n\t\r!A~") == "ĠĊĉč!A~"
    assert byte_level("威é".encode()) == "å¨ģÃ©"
    assert [BYTE_CHARACTERS[byte] for byte in (0x00, 0x7F, 0xA0, 0xAD, 0xFF)] == list("ĀġłŃÿ")


@pytest.mark.parametrize(
    ("raw", "shown"),
    [
        (["Hello", "Ġworld", "Ċ", "ĊĊ"], ["Hello", " world", "\n", "\n\n"]),
        (["å¨ģ", "Ġ", "å", "¨", "ģ", "!"], ["威", " ", "威", "", "", "!"]),
        (["ä½łå¥", "½"], ["你好", ""]),
        (["Ġa", "Ġ", "å¨", "b"], [" a", " ", "\ufffd", "b"]),
        (["Ġa", "å", "¨"], [" a", "\ufffd", ""]),
        (["å¨ģ", "<|im_end|>", "<|im_start|>"], ["威", "<|im_end|>", "<|im_start|>"]),
        (["<｜begin▁of▁sentence｜>", "Ġhi", "å¨", "<｜end▁of▁sentence｜>"],
         ["<｜begin▁of▁sentence｜>", " hi", "\ufffd", "<｜end▁of▁sentence｜>"]),
        (["Ġa", "Ġb", "  ", "Ġc"], [" a", " b", "  ", " c"]),
        (["Ġa", "威", "Ġb"], [" a", "威", " b"]),
        (["Ġ\U0001f642"], ["Ġ\U0001f642"]),
        (["if", "ĉ", "x"], ["if", "\t", "x"]),
        (["x", "Ċ", "    ", "y", "Ċ", "\t\t", "z"], ["x", "\n", "    ", "y", "\n", "\t\t", "z"]),
    ],
)  # fmt: skip
def test_byte_level_tokens(raw: list[str], shown: list[str]) -> None:
    assert decode_for_display(raw) == shown


@pytest.mark.parametrize(
    ("raw", "shown"),
    [
        (["▁Hello", "▁wor", "ld"], [" Hello", " wor", "ld"]),
        (["▁", "<0xE5>", "<0xA8>", "<0x81>", "<0x0A>"], [" ", "威", "", "", "\n"]),
        (["<0xE5>", "a", "<0xA8>"], ["\ufffd", "a", "\ufffd"]),
        (["你", "好", "▁é"], ["你", "好", " é"]),
        (["<s>", "▁ok", "</s>", "<0x0a>"], ["<s>", " ok", "</s>", "\n"]),
        (["▁a", "▁▁", "\n\n", "<start_of_turn>"], [" a", "  ", "\n\n", "<start_of_turn>"]),
    ],
)
def test_sentencepiece_tokens(raw: list[str], shown: list[str]) -> None:
    assert decode_for_display(raw) == shown


@pytest.mark.parametrize(
    "raw",
    [
        [],
        [""],
        ["Hello", " world", "\n"],
        ["ĉu", " la", " domo"],
        ["##", " Title", "###", "#"],
        ["##Title", " of", "\n"],
        ["你好", "，", "世界"],
        ["café"],
        ["d", "é", "j", "à", "«", "oui", "»"],
        ["č", "as", "są", "ł", "ó", "ół"],
        ["The", " letter", " Ġ", " is", " Maltese"],
        ["a", " b", " ▁▂▃", " c", " d"],
        ["<|im_end|>", "</s>", "[PAD]", "<｜end▁of▁sentence｜>"],
        ["<0xE5", "0xE5>"],
        ["Ã", "…", " x"],
        ["\ufffd", "\ufffd", "ok"],
        ["\ud83d", "\ude42"],
    ],
)
def test_plain_tokens_are_left_alone(raw: list[str]) -> None:
    assert decode_for_display(raw) == raw


@given(text=st.text(), cuts=st.lists(st.integers(0, 1000), max_size=20))
def test_byte_level_text_split_anywhere_is_whole_again(text: str, cuts: list[int]) -> None:
    raw = [byte_level(part) for part in split(text.encode(), cuts)]
    shown = decode_for_display(raw, TokenStyle.BYTE_LEVEL)
    assert len(shown) == len(raw)
    assert "".join(shown) == text


@given(text=prose, cuts=st.lists(st.integers(0, 1000), max_size=20))
def test_byte_level_text_is_recognised(text: str, cuts: list[int]) -> None:
    raw = [byte_level(part) for part in split((text + "\n好").encode(), cuts)]
    assert "".join(decode_for_display(raw)) == text + "\n好"


@given(data=st.binary(max_size=40), cuts=st.lists(st.integers(0, 1000), max_size=20))
def test_any_bytes_give_what_python_gives(data: bytes, cuts: list[int]) -> None:
    parts = split(data, cuts)
    expected = data.decode("utf-8", "replace")
    assert (
        "".join(decode_for_display([byte_level(part) for part in parts], TokenStyle.BYTE_LEVEL)) == expected
    )
    raw = [f"<0x{byte:02X}>" for byte in data]
    assert "".join(decode_for_display(raw, TokenStyle.SENTENCEPIECE)) == expected


@given(text=prose, as_bytes=st.lists(st.booleans(), min_size=1), width=st.integers(1, 4))
def test_sentencepiece_text_is_whole_again(text: str, as_bytes: list[bool], width: int) -> None:
    raw = []
    for at in range(0, len(text), width):
        piece = text[at : at + width]
        if as_bytes[at % len(as_bytes)]:
            raw += [f"<0x{byte:02X}>" for byte in piece.encode()]
        else:
            raw.append(piece.replace(" ", "▁"))
    assert "".join(decode_for_display(raw, TokenStyle.SENTENCEPIECE)) == text
    assert "".join(decode_for_display(["▁", *raw])) == " " + text


@given(raw=st.lists(st.text()), style=st.sampled_from(TokenStyle))
def test_any_tokens_in_any_style_give_one_piece_each(raw: list[str], style: TokenStyle) -> None:
    assert len(decode_for_display(raw, style)) == len(raw)
    assert len(decode_for_display(raw)) == len(raw)


@given(
    words=st.lists(st.sampled_from(["naïve", " café", " 你好", "\n", " dom", "ż", " ≤", "«a»"]), min_size=1)
)
def test_plain_words_stay_plain(words: list[str]) -> None:
    assert detect_style(words) is TokenStyle.PLAIN


@pytest.mark.parametrize(
    ("raw", "shown"),
    [
        (["we", "like", "play", "##ing"], ["we", " like", " play", "ing"]),
        (["##ing", "##s", "on"], ["##ing", "s", " on"]),
        (["it", "##s", "3", ".", "5", ",", "is", "n't", "it", "?", "!", "[SEP]"],
         ["it", "s", " 3", ".", " 5", ",", " is", "n't", " it", "?", "!", " [SEP]"]),
    ],
)  # fmt: skip
def test_word_pieces_read_as_the_package_joins_them(raw: list[str], shown: list[str]) -> None:
    assert decode_for_display(raw) == shown
    package = pytest.importorskip("tokenizers")
    assert package.decoders.WordPiece().decode(raw) == "".join(shown)


def test_the_evidence_of_many_responses_is_added_up() -> None:
    short, long = style_evidence(["č"]), style_evidence(["Ġa", "Ġb", "Ċ"])
    assert short.style is TokenStyle.PLAIN
    assert (short + long).style is TokenStyle.BYTE_LEVEL
    assert short + StyleEvidence() == short


@pytest.mark.parametrize(
    ("text", "style"),
    [
        ("ač", TokenStyle.PLAIN),
        ("a", TokenStyle.BYTE_LEVEL),
        (" a\r</s> \n", TokenStyle.BYTE_LEVEL),
        ("nothing like it", TokenStyle.WORDPIECE),
        ("", TokenStyle.WORDPIECE),
    ],
)
def test_the_spelling_that_makes_the_text(text: str, style: TokenStyle) -> None:
    assert style_of_text(["a", "č"], text, TokenStyle.WORDPIECE) is style


def test_the_usual_spelling_counts_where_several_make_the_text() -> None:
    for style in TokenStyle:
        assert style_of_text(["a"], "a", style) is style


def test_hostile_texts_are_compared_in_no_time() -> None:
    assert style_of_text(["<|" * 50_000], "<|" * 50_000 + "x", TokenStyle.PLAIN) is TokenStyle.PLAIN
