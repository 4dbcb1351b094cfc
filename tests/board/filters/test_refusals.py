"""Filters that are refused, with what would be right."""

from __future__ import annotations

import time

import pytest
from example_counts import examples
from filtered_rows import ALL, lines
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tensorboard_plugin_rlboard.board.board import Board
from tensorboard_plugin_rlboard.board.filters.compiler import MAX_BRACKETS, MAX_CHARACTERS
from tensorboard_plugin_rlboard.errors import ArgumentError


@pytest.mark.parametrize(
    ("where", "says"),
    [
        ("rewrad > 0", "near it: reward"),
        ("Reward > 0", "near it: reward"),
        ("reward > 'a'", "a number with a text"),
        ("response > 1", "a number with a text"),
        ("response", "a text alone"),
        ("abs(response) > 1", "abs takes a number"),
        ("lower(reward) = 'a'", "lower takes a text"),
        ("abs(reward, 1) > 1", "abs takes 1 argument"),
        ("reward = NULL", "IS NULL"),
        ("reward > 1e999", "too large"),
        ("sin(reward) > 0", "abs, ceil, coalesce"),
        ("regexp_matches(response, '(')", "no regular expression"),
        ("regexp_matches(response, prompt)", "a text in quotes"),
        ("CAST(reward AS DATE) > 1", "no cast to DATE"),
        ("CASE WHEN true THEN 1 END = 1", "AND and OR"),
        ("reward >", "reward > 0.5 AND"),
        ("reward > 0 reward", "reward > 0.5 AND"),
        ("'unclosed", "not closed"),
        ('"unclosed', "not closed"),
        ("(reward > 0", "not closed"),
        ("reward > 0)", "not opened"),
        ("reward > 0; DROP TABLE run_0", "; has no place"),
        ("reward > 0 -- and more", "comments"),
        ("reward /* x */ > 0", "comments"),
        ("true) ORDER BY (1", "not opened"),
        ("reward > ?", "? has no place"),
        ("reward > $1", "$ has no place"),
        ("reward > $$x$$", "$ has no place"),
        ("x[1] > 0", "[ has no place"),
        ("{'a': 1} IS NULL", "{ has no place"),
        ("reward > (SELECT max(reward) FROM run_0)", "other tables"),
        ("EXISTS (SELECT 1)", "other tables"),
        ("reward IN (SELECT 1)", "other tables"),
        ("(SELECT count(*) FROM read_csv('/etc/passwd')) > 0", "other tables"),
        ("SELECT 1", "other tables"),
        ("read_csv('/etc/passwd') IS NULL", "no function read_csv"),
        ("read_text('/etc/passwd') = 'x'", "no function read_text"),
        ("getenv('HOME') = 'x'", "no function getenv"),
        ("query('SELECT 1') IS NULL", "no function query"),
        ("current_setting('threads') = '2'", "no function current_setting"),
        ("nextval('x') > 0", "no function nextval"),
        ("main.abs(reward) > 0", "brackets"),
        ("sum(reward) > 0", "no function sum"),
        ("count(*) > 0", "no function count_star"),
        ("row_number() OVER () > 1", "other samples"),
        ("lag(reward) OVER (ORDER BY step) > 1", "other samples"),
        ("abs(DISTINCT reward) > 0", "nothing but its arguments"),
        ("abs(x := reward) > 0", "has no place"),
        ("list_filter(a, lambda x: x) IS NULL", "has no place"),
        ("* > 0", "* has no place"),
        ("COLUMNS(*) > 0", "has no place"),
        ("response COLLATE nocase = 'a'", "ILIKE"),
        ("reward > DATE '2020-01-01'", "has no place|no cast"),
        ("reward || 'a' = 'b'", "operator"),
        ("reward ** 2 > 1", "operator"),
        ('"m:reward" > 0', "no column"),
        ("file = 1", "no column"),
        ("line_offset > 0", "no column"),
        ("run_0.reward > 0", "no column"),
    ],
)
def test_what_is_no_filter_is_refused_with_what_would_be_right(board: Board, where: str, says: str) -> None:
    with pytest.raises(ArgumentError, match="where=") as error:
        lines(board, where)
    assert any(word in str(error.value) for word in says.split("|")), str(error.value)
    assert len(str(error.value)) < 450


def test_bombs_are_refused_at_once(board: Board) -> None:
    """Thousands of open brackets take the database's parser ten seconds, in which nothing can stop it."""
    many = MAX_CHARACTERS // 4
    bombs = [
        "(" * 3900,
        "(" * 950 + "true" + ")" * 950,
        "NOT " * 480 + "true",
        "- " * 900 + "reward > 0",
        "reward" + " + reward" * 200 + " > 0",
        "true" + " AND true" * (many // 3) + " AND (reward",
        "abs(" * 200 + "reward" + ")" * 200 + " > 0",
        "reward IN (" + "1," * 900 + "1)",
        "x" * 10_000,
        "'" + "a" * 10_000,
        "reward > 0 AND " * 600 + "true",
    ]
    begin = time.monotonic()
    for bomb in bombs:
        with pytest.raises(ArgumentError):
            lines(board, bomb)
    assert time.monotonic() - begin < 5, "each takes milliseconds"
    deep = "(" * MAX_BRACKETS + "reward > 0" + ")" * MAX_BRACKETS
    assert lines(board, deep) == [1, 4, 6]
    assert lines(board, "reward IN (" + "1," * 300 + "0)") == [1, 2]


WORDS = st.sampled_from(
    [
        *(
            "reward",
            "response",
            "KL",
            "advantage",
            "step",
            "NULL",
            "true",
            "0",
            "1.5",
            "1e400",
            "'a'",
            '"kl"',
            "''",
        ),
        *(
            "AND",
            "OR",
            "NOT",
            "IN",
            "LIKE",
            "IS",
            "BETWEEN",
            "SELECT",
            "FROM",
            "run_0",
            "CAST",
            "AS",
            "DOUBLE",
        ),
        *(
            "(",
            ")",
            ",",
            ";",
            "=",
            "<",
            ">",
            "<>",
            "+",
            "-",
            "/",
            "%",
            "*",
            "::",
            "--",
            "/*",
            "'",
            '"',
            "$",
            "~",
            "|",
        ),
        *(
            "abs",
            "regexp_matches",
            "read_csv",
            "coalesce",
            "length",
            "答案",
            "\ud800",
            "\0",
            "é",
            "OVER",
            "CASE",
        ),
    ]
)


@settings(
    max_examples=examples(150), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.one_of(st.text(max_size=60), st.lists(WORDS, max_size=12).map(" ".join)))
def test_any_text_is_answered_or_refused(board: Board, where: str) -> None:
    try:
        found = lines(board, where)
    except ArgumentError:
        return
    assert set(found) <= set(ALL)
