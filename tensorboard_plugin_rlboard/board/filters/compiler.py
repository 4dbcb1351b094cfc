"""Compiles a user's filter expression to SQL: parsed by the database, checked against a whitelist, rebuilt.

Nothing of the expression's text reaches a query. The tree that the database's parser gives is checked node by node
(`terms`), names become physical columns, constants bound values; whatever is not on the whitelist is refused.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import Any

from tensorboard_plugin_rlboard.board.filters.filter_error import FilterError
from tensorboard_plugin_rlboard.board.filters.terms import TermBuilder
from tensorboard_plugin_rlboard.board.run_schema import RunSession

MAX_CHARACTERS = 2_000
MAX_BRACKETS = 32
"""Brackets within brackets. The database's parser takes seconds for thousands of them, and cannot be interrupted."""
_TOKEN = re.compile(r"""'(?:[^']|'')*'|"(?:[^"]|"")*"|--|/\*|[^'"\-/]+|[-/]|(?P<unclosed>['"])""", re.DOTALL)
_STATEMENT = "SELECT 1 FROM samples WHERE (\n{}\n)"
_WHERE = "where_clause"
_empty_statement: dict[str, Any] = {}
"""What the parser gives for the statement without its condition; asked once."""
_ERROR_POSITION = re.compile(r"^Parser Error: |\s*LINE \d+:.*$", re.DOTALL)
_ONE_CONDITION = "it takes one condition, such as reward > 0.5 AND n_tokens < 200."


@dataclass(frozen=True)
class FilterCondition:
    """A condition on the relation of a selection.

    Attributes:
        sql: a truth value for each sample; NULL selects nothing.
        values: the values bound in it, in order.
        needs_groups: whether it speaks of metrics that are computed over the group.
        instructions: how long a program its regular expressions are; 0 where it has none.
        texts: SQL of the texts that it looks at.
    """

    sql: str
    values: list[object]
    needs_groups: bool
    instructions: int = 0
    texts: tuple[str, ...] = ()


def compile_filter(session: RunSession, text: str) -> list[FilterCondition]:
    """Turns a filter expression into SQL with bound values: conditions that all have to hold.

    What AND joins at the top is told apart, so that regular expressions see only what the rest has left.

    Raises:
        FilterError: it is no filter expression, or says something that a filter cannot; with what would be right.
    """
    _check_text(text)
    tree = _parse(session, text)
    builder = TermBuilder(session)
    is_and = tree.get("class") == "CONJUNCTION" and tree.get("type") == "CONJUNCTION_AND"
    return [_compiled(builder, part) for part in (tree["children"] if is_and else [tree])]


def _compiled(builder: TermBuilder, tree: dict[str, Any]) -> FilterCondition:
    before, builder.needs_groups, builder.texts = builder.instructions, False, {}
    term = builder.condition(tree)
    patterns = builder.instructions - before
    return FilterCondition(term.sql, list(term.values), builder.needs_groups, patterns, tuple(builder.texts))


def _check_text(text: str) -> None:
    """Bounds what the parser gets to see, and leaves out what has no place in an expression."""
    if len(text) > MAX_CHARACTERS:
        raise FilterError(f"it is longer than {MAX_CHARACTERS:,} characters.")
    if any("\ud800" <= character <= "\udfff" for character in text):
        raise FilterError("it holds half a character (a lone surrogate).")
    depth = 0
    for match in _TOKEN.finditer(text):
        token = match.group()
        if match["unclosed"]:
            raise FilterError(f"a quotation mark {token} is not closed.")
        if token in {"--", "/*"}:
            raise FilterError("comments have no place in it.")
        if token[0] in "'\"":
            continue
        for character in token:
            if character in ";$?[]{}\\:@#" and not (character == ":" and "::" in token):
                raise FilterError(f"{character} has no place in it.")
            depth += (character == "(") - (character == ")")
            if depth < 0:
                raise FilterError("a bracket is closed that was not opened.")
            if depth > MAX_BRACKETS:
                raise FilterError(f"more than {MAX_BRACKETS:,} brackets stand within each other.")
    if depth:
        raise FilterError("a bracket is not closed.")


def _parse(session: RunSession, text: str) -> dict[str, Any]:
    """The tree of an expression."""
    if not _empty_statement:
        _empty_statement.update(_statement(session, _STATEMENT.format("true")) | {_WHERE: None})
    statement = _statement(session, _STATEMENT.format(text))
    tree = statement.get(_WHERE)
    # `true) ORDER BY (1` would end the condition and begin something else.
    if statement | {_WHERE: None} != _empty_statement or not isinstance(tree, dict):
        raise FilterError(_ONE_CONDITION)
    return tree


def _statement(session: RunSession, sql: str) -> dict[str, Any]:
    """The tree of a statement, without the positions that its text has."""
    try:
        answer = session.cursor.execute("SELECT json_serialize_sql(?)", [sql]).fetchall()[0][0]
        tree = json.loads(answer)
    except RecursionError as error:
        raise FilterError("it is nested too deeply.") from error
    if tree.get("error"):
        reason = _ERROR_POSITION.sub("", str(tree.get("error_message") or "it has another grammar"))
        raise FilterError(f"{reason[:120]}. It takes conditions such as reward > 0.5 AND n_tokens < 200.")
    statements = tree.get("statements") or []
    if len(statements) != 1 or not isinstance(node := statements[0].get("node"), dict):
        raise FilterError(_ONE_CONDITION)
    for position in ("query_location", "query_location_length"):
        (node.get("from_table") or {}).pop(position, None)
    return node
