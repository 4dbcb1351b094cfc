from __future__ import annotations

import json
import math
import time
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tensorboard_plugin_rlboard.board.board import Board
from tensorboard_plugin_rlboard.board.filters.compiler import MAX_BRACKETS, MAX_CHARACTERS
from tensorboard_plugin_rlboard.board.selection import Selection
from tensorboard_plugin_rlboard.errors import ArgumentError
from tensorboard_plugin_rlboard.index.registry import Registry
from tensorboard_plugin_rlboard.sources.discovery.logdir import parse_roots
from tensorboard_plugin_rlboard.texts import TextRules

ROWS: list[dict[str, Any]] = [
    {"step": 1, "prompt": "p", "response": "the 答案 is 4", "reward": 1.0, "note": "it's", "KL": 1, "kl": 5},
    {"step": 1, "prompt": "p", "response": "no idea", "reward": 0.0, "correct": True, "acc/mean": 0.5},
    {"step": 1, "prompt": "q", "response": "NaN here", "reward": math.nan, "correct": False},
    {"step": 2, "prompt": "q", "response": "50% off_", "reward": math.inf, "number": "3.5"},
    {"step": 2, "prompt": "p", "response": "negative", "reward": -2.0, "number": "many", "KL": 9, "kl": 2},
    {
        "step": 2,
        "prompt": "p",
        "response": "a b",
        "reward": 0.5,
        "response_tokens": ["a", " b"],
        "logprobs": [-1.0, -3.0],
        "ref_logprobs": [-1.0, -1.0],
    },
    {"step": 3, "prompt": "r", "response": "unrewarded"},
]
ALL = list(range(1, len(ROWS) + 1))


@pytest.fixture(scope="module")
def board(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Board]:
    folder = tmp_path_factory.mktemp("filters")
    (folder / "a.jsonl").write_text("".join(json.dumps(row) + "\n" for row in ROWS))
    registry = Registry(parse_roots(str(folder), ""), 0)
    registry.refresh()
    yield Board(registry)
    registry.stop()


def lines(board: Board, where: str) -> list[Any]:
    found = board.samples(Selection(".", where=where), TextRules(), columns=["line"], limit=500)
    assert found.total == len(found.columns["line"])
    return list(found.columns["line"])


@pytest.mark.parametrize(
    ("where", "expected"),
    [
        ("reward > 0", [1, 4, 6]),
        ("reward >= 0 AND reward < 1", [2, 6]),
        ("reward = 1 OR reward = -2", [1, 5]),
        ("reward BETWEEN 0 AND 1", [1, 2, 6]),
        ("reward NOT BETWEEN 0 AND 1", [4, 5]),
        ("reward IN (1, 0.5, -2.0)", [1, 5, 6]),
        ("reward NOT IN (1, 0.5)", [2, 4, 5]),
        ("reward <> 1", [2, 4, 5, 6]),
        ("reward IS DISTINCT FROM 1", [2, 3, 4, 5, 6, 7]),
        ("reward IS NULL", [7]),
        ("reward IS NOT NULL", [1, 2, 3, 4, 5, 6]),
        ("isnan(reward)", [3]),
        ("isinf(reward)", [4]),
        ("isfinite(reward) AND NOT reward > 0", [2, 5]),
        ("coalesce(reward, 7) = 7", [7]),
        ("abs(reward) >= 1", [1, 4, 5]),
        ("-reward > 1", [5]),
        ("reward * 2 + 1 = 3", [1]),
        ("reward / 0 > 0", [1, 4, 6]),
        ("round(reward / 3) = -1", [5]),
        ("greatest(reward, 0) = 0 AND least(reward, 0) = 0", [2, 7]),
        ("ln(reward) = 0", [1]),
        ("sqrt(reward) > 0.7 AND sqrt(reward) < 0.8", [6]),
        ("exp(reward) < 1", [5]),
        ("response LIKE '%答案%'", [1]),
        ("response ILIKE '%NAN%'", [3]),
        ("response NOT LIKE '%e%'", [4, 6]),
        ("response LIKE '50%'", [4]),
        ("contains(response, '50% off_')", [4]),
        ("starts_with(response, 'no')", [2]),
        ("ends_with(lower(response), '4')", [1]),
        ("regexp_matches(response, '[0-9]')", [1, 4]),
        ("response SIMILAR TO '(a|b| )+'", [6]),
        ("length(response) < 5", [6]),
        ("note = 'it''s'", [1]),
        ("note = 'it' OR false", []),
        ("prompt IN ('q', 'r') AND step > 1", [4, 7]),
        ('"KL" > 8', [5]),
        ("KL = 1", [1]),
        ("kl = 5", [1]),
        ('"acc/mean" = 0.5', [2]),
        ("correct", [2]),
        ("NOT correct", [3]),
        ("correct = true", [2]),
        ("CAST(number AS DOUBLE) > 3", [4]),
        ("number::double > 3", [4]),
        ("step = 2 AND split = 'train' AND attempt = 1 AND line > 4", [5, 6]),
        ("k3_mean > 0", [6]),
        ("log_ratio_sum < -1.9 AND n_tokens = 2", [6]),
        ("perplexity > 7 AND perplexity < 7.5", [6]),
        ("group_mean = 0.5", [1, 2]),
        ("advantage > 0", [1, 6]),
        ("true", ALL),
        ("1 = 1", ALL),
        ("(((true)))", ALL),
    ],
)
def test_a_filter_selects(board: Board, where: str, expected: list[int]) -> None:
    assert lines(board, where) == expected


def test_nan_is_in_no_comparison(board: Board) -> None:
    """The database alone would call NaN the largest number of all."""
    for where in ("reward > 0", "reward <= 0", "NOT reward > 0", "reward = reward", "reward <> 0"):
        assert 3 not in lines(board, where), where


def test_a_filter_does_not_change_what_a_group_is(board: Board) -> None:
    whole = board.samples(Selection(".", step=1), TextRules(), columns=["line", "advantage"])
    found = board.samples(Selection(".", where="reward = 0"), TextRules(), columns=["line", "advantage"])
    assert list(found.columns["line"]) == [2]
    assert found.columns["advantage"][0] == whole.columns["advantage"][1]


def test_every_aggregating_question_takes_it(board: Board) -> None:
    chosen = Selection(".", where="reward < 1")
    assert board.steps(chosen, ("reward",)).step == [1, 2]
    assert board.distribution(chosen, "reward").count == 3
    assert board.worst_tokens(chosen, "k3").samples == 1
    assert board.worst_tokens(Selection(".", where="reward > 5"), "k3").samples == 0
    grouped = Selection(".", where="advantage > 0")
    assert board.distribution(grouped, "reward").count == 2
    assert board.steps(grouped, ("reward",)).metrics["reward"].count == [1.0, 1.0]


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


@settings(max_examples=400, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.one_of(st.text(max_size=60), st.lists(WORDS, max_size=12).map(" ".join)))
def test_any_text_is_answered_or_refused(board: Board, where: str) -> None:
    try:
        found = lines(board, where)
    except ArgumentError:
        return
    assert set(found) <= set(ALL)
