"""Where a change that may begin earlier or later is shown: the scores of lines, sentences and words, by hand."""

from __future__ import annotations

from tensorboard_plugin_rlboard.board.alignment.boundary_shift import shifted_to_boundaries
from tensorboard_plugin_rlboard.board.alignment.matches import Match
from tensorboard_plugin_rlboard.board.alignment.units import first_units


def place(units: list[str], start: int, end: int) -> int:
    """Where the new units begin that were found to be those from start to end; deleted ones are shown there, too."""
    less = [*units[:start], *units[end:]]
    before, behind = start, len(units) - end
    matches = [match for match in (Match(0, 0, before), Match(start, end, behind)) if match.size]
    places = []
    for left_to_right, left, right in ((True, less, units), (False, units, less)):
        given = matches if left_to_right else [Match(m.right, m.left, m.size) for m in matches]
        found = shifted_to_boundaries(given, left, right)
        assert sum(match.size for match in found) == before + behind, "as much is equal as before"
        for match in found:
            stretches = left[match.left :][: match.size], right[match.right :][: match.size]
            assert stretches[0] == stretches[1]
        first = found[0] if found and (found[0].left, found[0].right) == (0, 0) else Match(0, 0, 0)
        places.append(first.size)
    assert places[0] == places[1], "a deletion is shown where the insertion of the same is"
    return places[0]


def shown(units: list[str], start: int, end: int) -> str:
    """Those units."""
    at = place(units, start, end)
    return "".join(units[at : at + end - start])


def words(text: str) -> list[str]:
    return first_units(text, "word", 1000)[0]


def characters(text: str) -> list[str]:
    return first_units(text, "character", 1000)[0]


def test_two_sentences_begin_before_a_line_and_a_word() -> None:
    """Of A, full stop, blank, B, blank: a line and a word make 4 + 1; behind both full stops 3 + 3."""
    assert shown(words("\nA. B A. C"), 1, 6) == "B A. "


def test_two_lines_begin_before_a_line_and_a_sentence() -> None:
    """4 + 4 are more than 4 + 3: a line that ends, not the sentence within it."""
    assert shown(words("\nx\ny. x\nz"), 1, 6) == "y. x\n"


def test_a_line_and_a_sentence_begin_before_two_sentences() -> None:
    """4 + 3 are more than 3 + 3, from either place."""
    units = words("\nA. B. A. C")
    assert [shown(units, start, start + 6) for start in (1, 4)] == ["A. B. ", "A. B. "]


def test_a_line_alone_reads_as_well_as_a_sentence_and_a_word() -> None:
    """3 + 1 are no more than 4 + 0, so the change stays where it was found; behind a full stop is a line here, too."""
    assert shown([".\n", " ", "b", " ", "c"], 1, 3) == " b"


def test_a_word_begins_behind_a_blank_and_before_one() -> None:
    """Both places score 1 + 1; within "home" it is 0 + 0, from where the next such place further on is taken."""
    units = characters("go home home now")
    assert [place(units, start, start + 5) for start in range(2, 9)] == [2, 3, 7, 7, 7, 7, 8]


def test_tokens_that_bring_their_blank_along_begin_words() -> None:
    """Before " the" a word begins, which is 1 + 1, before "n" or "m" within a word none does."""
    assert shown(["x", " the", "n", " the", "m", " the"], 2, 4) == " then"


def test_a_sentence_begins_behind_the_blank_that_follows_it() -> None:
    """Behind ". " it is 3 + 1, before its blank 1 + 1, though a full stop comes first."""
    assert shown([".", " ", "b", " ", "c"], 1, 3) == "b "


def test_a_blank_with_nothing_before_it_ends_no_sentence() -> None:
    """Of "a b" behind the first blank: 1 + 0, however the text ends; of " ba" 1 + 1."""
    assert shown(characters(" a ba bz."), 1, 4) == " ba"


def test_a_change_moves_by_sixty_units_and_no_further() -> None:
    """To where the text begins or ends, from where nothing does."""
    assert [place(["a"] * (1 + n) + ["b"], n, n + 1) for n in (60, 61)] == [0, 61]
    assert [place(["b"] + ["a"] * (1 + n), 1, 2) for n in (60, 61)] == [61, 1]


def test_changes_at_the_beginning_and_at_the_end_move_as_well() -> None:
    """Behind two lines it is 4 + 4, at the beginning 4 + 0, at the end 4 + 1."""
    assert place(["x", "\n", "y", "x", "\n", "z"], 0, 3) == 2
    assert place(["q", "\n", "x", "\n", "x"], 3, 5) == 2


def test_each_of_several_changes_moves() -> None:
    """Twice "x, line, y" before "x, line, z", which read better as "y, x, line"."""
    left, right = ["x", "\n", "y", "x", "\n", "z"] * 2, ["x", "\n", "z"] * 2
    found = [Match(3, 0, 3), Match(9, 3, 3)]
    assert shifted_to_boundaries(found, left, right) == [Match(0, 0, 2), Match(5, 2, 3), Match(11, 5, 1)]


def test_a_change_does_not_move_into_the_one_before_it() -> None:
    """Only "\\n" lies between the two; moved by that it ends where a line does: 4 + 4."""
    left, right = ["a", "\n", "\n", "b"], ["c", "\n", "b"]
    found = [Match(1, 1, 1), Match(3, 2, 1)]
    assert shifted_to_boundaries(found, left, right) == found
