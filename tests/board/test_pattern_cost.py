"""What a regular expression costs: estimates against programs counted by hand and by RE2 itself."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tensorboard_plugin_rlboard.board.pattern_cost import MAX_INSTRUCTIONS, closed, pattern_cost


@pytest.mark.parametrize(
    ("pattern", "instructions"),
    [
        ("", 0),
        ("abc", 3),
        ("中", 3),  # its bytes in UTF-8
        ("a{5}", 5),
        ("a{5,}", 6),  # five copies, and the way back
        ("a{0,5}", 10),  # five copies, each with a way around it
        ("(a)", 3),  # two for what the bracket captures
        ("(?:a)", 1),
        ("(?:a|b)", 3),
        ("(?:ab){3}c", 7),
        ("(?:a{10}){10}", 100),
        ("(?i)k", 4),  # k, K and the sign of Kelvin
        ("(?i:k)k", 5),
        ("(?i)(?-i:k)", 1),
        (r"\Qa.b{3}\E", 8),  # with the end of the quotation
        ("[]x]", 2),
        (r"[\]\w]", 5),
        ("a{,5}", 5),  # no repetition: RE2 takes it for what it says
    ],
)
def test_a_pattern_costs_what_it_becomes(pattern: str, instructions: int) -> None:
    assert pattern_cost(pattern).instructions == instructions


@pytest.mark.parametrize(
    ("pattern", "of_re2"),
    [
        ("(.?){900}x", 9905),
        (".{0,1000}", 9004),
        ("think.{0,200}zzz", 1812),
        (r"\pL{50}", 59804),
        (r"\p{Han}{1,50}", 4055),
        ("(?i)answer", 12),
    ],
)
def test_estimates_are_near_the_programs_of_re2(pattern: str, of_re2: int) -> None:
    """The lengths were taken from google-re2 1.1 (`programsize`)."""
    assert of_re2 / 2 <= pattern_cost(pattern).instructions <= 2 * of_re2


def test_the_sentence_names_what_to_shorten() -> None:
    assert pattern_cost(r"answer.{0,1000}\\boxed\{42\}").refusal() == ""
    said = pattern_cost(r"a(.?){900}x.{0,9}").refusal()
    assert "about 9,983 instructions" in said  # 1 + 900 × (2 + 8 + 1) + 1 + 9 × (8 + 1)
    assert "9,500" in said
    assert "shorten (.?){900}" in said
    assert "shorten the pattern" in pattern_cost("word" * 2500).refusal()


@given(st.text(alphabet=r"a(.?)*{1,9}|[^]\QEpLdx中:+-P<i", max_size=60))
def test_any_text_has_a_cost(pattern: str) -> None:
    assert pattern_cost(pattern).instructions >= 0
    assert closed(closed(pattern)) == closed(pattern)


@pytest.mark.parametrize("opened", ["[", "[[:a", r"\Q", "(?P<"])
def test_what_is_never_closed_is_read_once(opened: str) -> None:
    """Looked for to the end from every opening, the end of ten thousand would take seconds."""
    assert pattern_cost(opened * 2_500).instructions <= 2_500 * len(opened) + 2


def test_repetitions_of_repetitions_multiply() -> None:
    assert pattern_cost("(?:(?:a{20}){20}){20}").instructions == 8_000
    assert pattern_cost("(?:(?:ab{20}){20}){25}").instructions == 25 * 20 * 21 > MAX_INSTRUCTIONS


def test_a_quotation_is_closed() -> None:
    assert closed(r"\Qa.b") == r"\Qa.b\E"
    assert closed(r"\Qa.b\E") == r"\Qa.b\E"
    assert closed(r"a\\Qb") == r"a\\Qb"
