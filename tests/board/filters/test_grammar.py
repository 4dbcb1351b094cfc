"""Filters made by a grammar: of what is allowed, of what SQL has beside it, and of both mixed.

Whatever is taken becomes SQL of known functions on the run's own columns, fails on no row, and means the same when it is
joined with itself. 400 expressions by default, 10⁵ with `RLBOARD_TEST_PROFILE=thorough` (an hour).
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from example_counts import THOROUGH
from filtered_rows import lines
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tensorboard_plugin_rlboard.board.board import Board
from tensorboard_plugin_rlboard.board.filters.compiler import compile_filter
from tensorboard_plugin_rlboard.board.filters.filter_error import FilterError
from tensorboard_plugin_rlboard.board.filters.functions import FUNCTIONS, LIKES, OPERATORS, SAME_KIND
from tensorboard_plugin_rlboard.errors import ArgumentError
from tensorboard_plugin_rlboard.metrics.catalog.catalog import GROUP_METRIC_NAMES

EXAMPLES = 100_000 if THOROUGH else 150
NUMBERS = st.sampled_from(
    ["reward", "kl", '"KL"', "step", "line", "advantage", "group_rank", "0", "-1.5", "1e308", "1e-320"]
)
TEXTS = st.sampled_from(
    ["response", "prompt", "note", "split", "prompt_key", "'答案'", "''", "'it''s'", "'%a_'"]
)
HOSTILE = st.sampled_from(
    [
        *(
            "(SELECT 1)",
            "(SELECT max(reward) FROM run_0)",
            "read_csv('/etc/passwd')",
            "getenv('HOME')",
            "query('SELECT 1')",
        ),
        *(
            "row_number() OVER ()",
            "sum(reward)",
            "current_setting('threads')",
            "pg_sleep(9)",
            "COLUMNS(*)",
            "*",
            "NULL",
        ),
        *(
            "DATE '2020-01-01'",
            "INTERVAL 1 DAY",
            "[1]",
            "{'a': 1}",
            "x -> x",
            "$1",
            "?",
            "rowid",
            "run_0.reward",
        ),
        *(
            "reward::DATE",
            "CAST(response AS BLOB)",
            "main.abs(reward)",
            "abs(DISTINCT reward)",
            "response COLLATE nocase",
        ),
        *(
            "CASE WHEN true THEN reward END",
            "TRY(reward)",
            "ANY(SELECT 1)",
            "EXTRACT(year FROM step)",
            "file",
            "1e999",
        ),
        *(
            "U&'x'",
            "E'x'",
            "$$x$$",
            "x'ff'",
            "0x10",
            "1_000",
            "reward IS DISTINCT FROM ALL",
            "GROUPING(reward)",
            "nextval('a')",
        ),
    ]
)


def _call(name: str, arguments: list[str]) -> str:
    return f"{name}({', '.join(arguments)})"


def _grown(parts: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    """Larger expressions out of smaller ones, of the right kinds or not."""
    names = st.sampled_from(sorted({*FUNCTIONS, *SAME_KIND, "coalesce", "nullif", "if", "printf"}))
    between = st.sampled_from(
        [
            *(
                "=",
                "<>",
                "<",
                ">=",
                "+",
                "-",
                "*",
                "/",
                "%",
                "AND",
                "OR",
                "LIKE",
                "NOT ILIKE",
                "SIMILAR TO",
                "~",
                "!~",
            ),
            *("IS DISTINCT FROM", "IS NOT DISTINCT FROM", "||", "**", "^", "&", "//", "GLOB", "IN", "=="),
        ]
    )
    return st.one_of(
        st.builds("({} {} {})".format, parts, between, parts),
        st.builds("{} {} {}".format, parts, between, parts),
        st.builds("(NOT {})".format, parts),
        st.builds("({} BETWEEN {} AND {})".format, parts, parts, parts),
        st.builds("({} IS {}NULL)".format, parts, st.sampled_from(["", "NOT "])),
        st.builds("({} IN ({}, {}))".format, parts, parts, parts),
        st.builds(
            "{}::{}".format,
            parts,
            st.sampled_from(["DOUBLE", "INTEGER", "VARCHAR", "DATE", "TINYINT", "JSON"]),
        ),
        st.builds(_call, names, st.lists(parts, max_size=3)),
    )


PLAIN = st.one_of(NUMBERS, TEXTS)
EXPRESSIONS = st.one_of(
    st.recursive(PLAIN, _grown, max_leaves=8),
    st.recursive(st.one_of(PLAIN, PLAIN, HOSTILE), _grown, max_leaves=6),
)
NODES = {
    "CONSTANT",
    "COLUMN_REF",
    "FUNCTION",
    "COMPARISON",
    "BETWEEN",
    "CONJUNCTION",
    "OPERATOR",
    "CAST",
    "PARAMETER",
    "TYPE",
}
NAMES = {*FUNCTIONS, *SAME_KIND, *LIKES, *OPERATORS, "nullif", "pow"}


def nodes(tree: Any) -> Iterator[dict[str, Any]]:
    """Every expression in a tree of the database's parser."""
    if isinstance(tree, dict):
        if "class" in tree:
            yield tree
        for value in tree.values():
            yield from nodes(value)
    elif isinstance(tree, list):
        for value in tree:
            yield from nodes(value)


@settings(
    max_examples=EXAMPLES,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(EXPRESSIONS)
def test_what_is_taken_is_sql_of_known_functions_on_known_columns_and_never_fails(
    board: Board, where: str
) -> None:
    session = board.session(board.run("."))
    columns = {*session.run.columns, *GROUP_METRIC_NAMES, "step", "attempt", "line", "split", "prompt_key"}
    try:
        conditions = compile_filter(session, where)
    except FilterError:
        return
    for condition in conditions:
        statement = f"SELECT 1 FROM samples WHERE {condition.sql}"
        (written,) = session.cursor.execute("SELECT json_serialize_sql(?)", [statement]).fetchall()[0]
        parsed = json.loads(written)["statements"][0]["node"]
        assert set(parsed["from_table"]) >= {"table_name"}
        for node in nodes(parsed["where_clause"]):
            assert node["class"] in NODES, where
            if node["class"] == "FUNCTION":
                assert node["function_name"] in NAMES, where
            if node["class"] == "TYPE":
                assert node["type_name"].upper() in {"DOUBLE", "VARCHAR"}, where
            if node["class"] == "COLUMN_REF":
                assert len(node["column_names"]) == 1
                assert node["column_names"][0] in columns, where
    found = lines(board, where)  # nothing fails while rows are read, whatever is in them
    assert not set(found) & set(lines(board, f"NOT ({where})"))
    assert lines(board, f"({where}) AND ({where})") == found
    assert lines(board, f"({where}) OR ({where})") == found


def test_the_grammar_makes_filters_of_both_kinds(board: Board) -> None:
    """Else the test above would test refusals only."""
    taken: list[str] = []
    refused: list[str] = []

    @settings(max_examples=100, deadline=None, database=None, suppress_health_check=list(HealthCheck))
    @given(EXPRESSIONS)
    def sort(where: str) -> None:
        try:
            lines(board, where)
        except ArgumentError:
            refused.append(where)
        else:
            taken.append(where)

    sort()
    assert len(taken) > 5
    assert len(refused) > 25
