"""Two sequences side by side: the opcodes make one into the other, and read well."""

from __future__ import annotations

import sys
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tensorboard_plugin_rlboard.board.alignment.align import Alignment, align
from tensorboard_plugin_rlboard.board.alignment.matches import MAX_CELLS, common_subsequence
from tensorboard_plugin_rlboard.board.alignment.units import first_units
from tensorboard_plugin_rlboard.errors import StoppedError

FEW_KINDS = st.lists(st.sampled_from(["a", "b", "c", " ", "\n", "鹤", "🙂", "\ud800"]), max_size=60)
TEXTS = st.text(alphabet=st.sampled_from("ab \n,鹤梦é🙂"), max_size=80)


def words(text: str) -> list[str]:
    return first_units(text, "word", 1000)[0]


def characters(text: str) -> list[str]:
    return first_units(text, "character", 1000)[0]


def rows(alignment: Alignment, left: list[str], right: list[str]) -> list[tuple[str, str, str]]:
    """Kind and both texts of each opcode."""
    return [
        (x.kind, "".join(left[x.left : x.left_end]), "".join(right[x.right : x.right_end]))
        for x in alignment.opcodes
    ]


def in_words(left: str, right: str) -> list[tuple[str, str, str]]:
    a, b = words(left), words(right)
    return rows(align(a, b), a, b)


def check(left: list[str], right: list[str], alignment: Alignment) -> None:
    """Every unit once, in order; equal is equal, a move has two ends that are the same; and left becomes right."""
    opcodes = alignment.opcodes
    for begin, end, n in (("left", "left_end", len(left)), ("right", "right_end", len(right))):
        spans = [(getattr(x, begin), getattr(x, end)) for x in opcodes]
        assert [0, *(stop for _, stop in spans)] == [*(start for start, _ in spans), n]
        assert all(start <= stop for start, stop in spans)
    away = {x.move: left[x.left : x.left_end] for x in opcodes if x.kind == "moved_away"}
    here = {x.move: right[x.right : x.right_end] for x in opcodes if x.kind == "moved_here"}
    assert away == here
    built: list[str] = []
    for x in opcodes:
        of_left, of_right = left[x.left : x.left_end], right[x.right : x.right_end]
        assert (x.move is not None) == (x.kind in {"moved_away", "moved_here"})
        if x.kind == "equal":
            assert of_left == of_right != []
            built += of_left
        elif x.kind in {"delete", "moved_away"}:
            assert of_left
            assert not of_right
        else:
            assert of_right
            assert not of_left
            built += of_right if x.kind == "insert" else away[x.move]
    assert built == right


@given(FEW_KINDS, FEW_KINDS, st.integers(1, 10), st.sampled_from([1, 9, 200, MAX_CELLS]))
def test_the_opcodes_make_left_into_right_and_hold_every_unit_once(
    left: list[str], right: list[str], shortest_move: int, max_cells: int
) -> None:
    check(left, right, align(left, right, shortest_move, max_cells))


@given(FEW_KINDS, FEW_KINDS, FEW_KINDS, FEW_KINDS)
def test_text_that_is_the_same_but_for_its_order_is_aligned(
    a: list[str], b: list[str], c: list[str], d: list[str]
) -> None:
    check([*a, *b, *c, *d], [*a, *c, *b, *d], align([*a, *b, *c, *d], [*a, *c, *b, *d], 3))


def longest(left: list[str], right: list[str]) -> int:
    """Length of a longest common subsequence, by the textbook's table."""
    above = [0] * (len(right) + 1)
    for x in left:
        row = [0]
        for j, y in enumerate(right):
            row.append(above[j] + 1 if x == y else max(row[j], above[j + 1]))
        above = row
    return above[-1]


@given(st.lists(st.sampled_from("abcdeg"), max_size=40), st.lists(st.sampled_from("abcdeg"), max_size=40))
def test_what_is_in_common_is_the_longest_where_no_block_ends(left: list[str], right: list[str]) -> None:
    """None of these letters ends a block, so nothing is found before the single units are."""
    found = common_subsequence(left, right)
    assert sum(match.size for match in found.matches) == longest(left, right)
    assert all(
        left[m.left : m.left + m.size] == right[m.right : m.right + m.size] and m.size for m in found.matches
    )
    assert all(a.left + a.size <= b.left and a.right + a.size <= b.right for a, b in pairwise(found.matches))


@given(TEXTS)
def test_units_are_the_text(text: str) -> None:
    assert "".join(words(text)) == text
    assert "".join(characters(text)) == text


def test_a_text_is_cut_up_as_far_as_it_is_compared() -> None:
    assert first_units("one two three", "word", 3) == (["one", " ", "two"], 2)
    assert first_units("one", "word", 3) == (["one"], 0)
    assert first_units("鹤梦é", "character", 2) == (["鹤", "梦"], 1)


def test_words_are_words_of_any_script() -> None:
    assert words("It's 3.5,  鹤梦\r\nこんにちは né") == [
        *("It", "'", "s", " ", "3", ".", "5", ",", "  "),
        *("鹤", "梦", "\r\n", "こ", "ん", "に", "ち", "は", " ", "né"),
    ]
    assert words("") == []


def test_a_character_is_what_one_sees_as_one() -> None:
    assert characters("e\u0301👩\u200d🔬👍\U0001f3fd鹤") == ["e\u0301", "👩\u200d🔬", "👍\U0001f3fd", "鹤"]


def test_changed_words_stand_between_equal_ones() -> None:
    assert in_words("I have 3 apples and 4 pears", "I have 5 apples and 4 pears") == [
        ("equal", "I have ", "I have "),
        ("delete", "3", ""),
        ("insert", "", "5"),
        ("equal", " apples and 4 pears", " apples and 4 pears"),
    ]


def test_chinese_is_compared_by_character() -> None:
    assert in_words("山中一夜雨", "山中一场雨") == [
        ("equal", "山中一", "山中一"),
        ("delete", "夜", ""),
        ("insert", "", "场"),
        ("equal", "雨", "雨"),
    ]


def test_a_word_that_is_equal_by_chance_within_a_change_belongs_to_it() -> None:
    """ "the" alone is in common; eight changes would be confetti."""
    left, right = "now we look at the sum of both angles", "it follows from the lemma above directly"
    assert [kind for kind, *_ in in_words(left, right)] == ["delete", "insert"]


def test_a_word_between_two_changes_of_a_word_stays() -> None:
    assert [kind for kind, *_ in in_words("red wine and cake", "white wine and bread")] == [
        *("delete", "insert", "equal", "delete", "insert"),
    ]


def test_eight_units_are_moved_and_seven_are_chance() -> None:
    stays = [f"s{i}" for i in range(20)]
    for size, kinds in ((8, ["moved_away", "equal", "moved_here"]), (7, ["delete", "equal", "insert"])):
        goes = [f"m{i}" for i in range(size)]
        assert [x.kind for x in align([*goes, *stays], [*stays, *goes]).opcodes] == kinds


def test_a_sentence_that_stands_elsewhere_is_moved_whole() -> None:
    """Both sentences end alike: as short, but not as readable, were that ". The square … one" moved."""
    sentence = "The square of nine is eighty one. "
    rest = "First we take the roots of both sides and see that none is zero. "
    assert in_words(sentence + rest, rest + sentence) == [
        ("moved_away", sentence, ""),
        ("equal", rest, rest),
        ("moved_here", "", sentence),
    ]


def test_a_line_that_is_new_begins_at_its_own_beginning() -> None:
    assert in_words("def f():\n  a\n  b\n", "def f():\n  a\n  c\n  b\n") == [
        ("equal", "def f():\n  a\n", "def f():\n  a\n"),
        ("insert", "", "  c\n"),
        ("equal", "  b\n", "  b\n"),
    ]


def test_what_is_new_at_the_beginning_stands_there() -> None:
    """As short were " a" behind the first word, or "a " behind the space."""
    assert in_words("a b", "a a b") == [("insert", "", "a "), ("equal", "a b", "a b")]


def test_a_new_word_is_not_cut() -> None:
    """As characters "e hom" may be new as well as "home "."""
    left, right = characters("go home now"), characters("go home home now")
    assert ("insert", "", "home ") in rows(align(left, right), left, right)


def test_a_new_word_that_begins_as_the_next_one_does_is_not_cut() -> None:
    """What is found first is that "e b" is new."""
    left, right = characters("the cat sat by bd and so on"), characters("the cat sat by be bd and so on")
    assert ("insert", "", "be ") in rows(align(left, right), left, right)


def test_a_new_sentence_without_spaces_begins_at_its_own_beginning() -> None:
    """As short were "明。月"."""
    left, right = characters("山高。月落。"), characters("山高。月明。月落。")
    assert ("insert", "", "月明。") in rows(align(left, right), left, right)


def test_a_few_words_that_stand_elsewhere_are_no_move() -> None:
    changed = [kind for kind, *_ in in_words("so it is " + "x y z w " * 4, "x y z w " * 4 + "so it is ")]
    assert not {"moved_away", "moved_here"} & set(changed)


def test_each_end_of_a_move_has_one_other() -> None:
    """The sentence goes from one place and comes to two: one of them is the move, the other is new."""
    sentence = "one two three four five six "
    made = in_words(
        sentence + "a b c d e f g h i j k l m n o p q", "a b c d e f g h i j k l m n o p q " + sentence * 2
    )
    kinds = [kind for kind, *_ in made]
    assert kinds.count("moved_away") == kinds.count("moved_here") == 1
    assert "insert" in kinds


def test_what_is_beyond_the_bound_is_compared_in_pieces() -> None:
    left = [f"w{i}" for i in range(300)]
    right = [f"w{i}" if i % 2 else "x" for i in range(300)]
    bounded = align(left, right, max_cells=1000)
    assert not bounded.in_one_piece
    check(left, right, bounded)
    # Pieces of the same part of both sides find what did not shift.
    equal = sum(x.left_end - x.left for x in bounded.opcodes if x.kind == "equal")
    assert equal > 100
    assert align(left, right).in_one_piece


def test_equal_blocks_are_found_before_the_bound_counts() -> None:
    left = [f"w{i * i % 1009}" for i in range(1000)]
    right = [*left[:300], "new", *left[300:600], *left[700:]]
    found = align(
        left, right, max_cells=10_000
    )  # between the blocks are 6,000 cells at most, with them four times as many
    assert found.in_one_piece
    check(left, right, found)
    assert [x.kind for x in found.opcodes] == ["equal", "insert", "equal", "delete", "equal"]


def test_a_package_that_is_missing_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "rapidfuzz.distance", None)
    with pytest.raises(StoppedError, match="pip install rapidfuzz"):
        align(["a", "b"], ["b", "a"])
    assert align(["a"], ["a"]).opcodes


@pytest.mark.parametrize(("left", "right"), [([], []), (["a"], []), ([], ["a"]), (["a"], ["a"])])
def test_empty_sides(left: list[str], right: list[str]) -> None:
    check(left, right, align(left, right))
