"""Filter expressions of a user, as SQL of our own: parsed by the database, walked against a whitelist, rebuilt.

Nothing of the expression's text reaches a query. The tree that the database's parser gives is checked node by node
(`filter_terms`), names become physical columns, constants bound values; whatever is not known is refused.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tensorboard_plugin_rlboard.board.filters.terms import Builder, FilterError
from tensorboard_plugin_rlboard.index.run import RunIndex

if TYPE_CHECKING:
    import duckdb

MAX_CHARACTERS = 2_000
MAX_BRACKETS = 32
"""Brackets within brackets. The database's parser takes seconds for thousands of them, and cannot be interrupted."""
_PIECE = re.compile(r"""'(?:[^']|'')*'|"(?:[^"]|"")*"|--|/\*|[^'"\-/]+|[-/]|(?P<open>['"])""", re.DOTALL)
_TEMPLATE = "SELECT 1 FROM samples WHERE (\n{}\n)"
_WHERE = "where_clause"
_around: dict[str, Any] = {}
"""What the parser gives for the statement around every condition; asked once."""
_PLACE = re.compile(r"^Parser Error: |\s*LINE \d+:.*$", re.DOTALL)


@dataclass(frozen=True)
class Filter:
    """A condition on the relation of a selection.

    Attributes:
        sql: a truth value for each sample; NULL selects nothing.
        values: the values bound in it, in order.
        groups: whether it speaks of metrics that are computed over the group.
    """

    sql: str
    values: list[object]
    groups: bool


def compile_filter(cursor: duckdb.DuckDBPyConnection, run: RunIndex, text: str) -> Filter:
    """Turns a filter expression into SQL with bound values.

    Raises:
        FilterError: it is no filter expression, or says something that a filter cannot; with what would be right.
    """
    _check_text(text)
    builder = Builder(run, cursor)
    term = builder.truth(builder.term(_parse(cursor, text)))
    return Filter(term.sql, list(term.values), builder.groups)


def _check_text(text: str) -> None:
    """Bounds what the parser gets to see, and leaves out what has no place in an expression."""
    if len(text) > MAX_CHARACTERS:
        raise FilterError(f"it is longer than {MAX_CHARACTERS} characters.")
    if any("\ud800" <= character <= "\udfff" for character in text):
        raise FilterError("it holds half a character (a lone surrogate).")
    depth = 0
    for piece in _PIECE.finditer(text):
        found = piece.group()
        if piece["open"]:
            raise FilterError(f"a quotation mark {found} is not closed.")
        if found in {"--", "/*"}:
            raise FilterError("comments have no place in it.")
        if found[0] in "'\"":
            continue
        for character in found:
            if character in ";$?[]{}\\:@#" and not (character == ":" and "::" in found):
                raise FilterError(f"{character} has no place in it.")
            depth += (character == "(") - (character == ")")
            if depth < 0:
                raise FilterError("a bracket is closed that was not opened.")
            if depth > MAX_BRACKETS:
                raise FilterError(f"more than {MAX_BRACKETS} brackets stand within each other.")
    if depth:
        raise FilterError("a bracket is not closed.")


def _parse(cursor: duckdb.DuckDBPyConnection, text: str) -> dict[str, Any]:
    """The tree of an expression."""
    if not _around:
        _around.update(_statement(cursor, _TEMPLATE.format("true")) | {_WHERE: None})
    found = _statement(cursor, _TEMPLATE.format(text))
    where = found.get(_WHERE)
    if found | {_WHERE: None} != _around or not isinstance(
        where, dict
    ):  # `true) ORDER BY (1` would end the condition
        raise FilterError("it takes one condition, such as reward > 0.5 AND n_tokens < 200.")
    return where


def _statement(cursor: duckdb.DuckDBPyConnection, sql: str) -> dict[str, Any]:
    try:
        answer = cursor.execute("SELECT json_serialize_sql(?)", [sql]).fetchall()[0][0]
        tree = json.loads(answer)
    except RecursionError as error:
        raise FilterError("it is nested too deeply.") from error
    if tree.get("error"):
        reason = _PLACE.sub("", str(tree.get("error_message") or "it has another grammar"))
        raise FilterError(f"{reason[:120]}. It takes conditions such as reward > 0.5 AND n_tokens < 200.")
    statements = tree.get("statements") or []
    if len(statements) != 1 or not isinstance(node := statements[0].get("node"), dict):
        raise FilterError("it takes one condition, such as reward > 0.5 AND n_tokens < 200.")
    for place in ("query_location", "query_location_length"):
        (node.get("from_table") or {}).pop(place, None)
    return node
