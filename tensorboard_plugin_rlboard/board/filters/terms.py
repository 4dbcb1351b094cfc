"""The words of a filter expression: which nodes, names and functions it may hold, and the SQL that each becomes.

Every term has a kind, so that numbers, texts and truth values are never compared with each other and nothing can fail
while rows are read. In comparisons a NaN counts as no value: neither `x > 1` nor `NOT x > 1` selects it.
"""

from __future__ import annotations

import difflib
import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from tensorboard_plugin_rlboard.board.filters.functions import (
    CASTS,
    COMPARISONS,
    FUNCTIONS,
    LIKES,
    OPERATORS,
    SAME_KIND,
)
from tensorboard_plugin_rlboard.board.run_schema import (
    expression,
    needs_groups,
    sample_metrics,
    text_columns,
)
from tensorboard_plugin_rlboard.index.column_names import physical, text
from tensorboard_plugin_rlboard.index.run import RunIndex

if TYPE_CHECKING:
    import duckdb

Kind = Literal["number", "text", "truth"]
WHOLE = ("step", "attempt", "line")
WORDS = ("split", "prompt_key")
MAX_TERMS = 500
MAX_DEPTH = 64
_KINDS = {"number": "a number", "text": "a text", "truth": "a condition"}
_REFUSED = {
    "SUBQUERY": "it asks for other tables; a filter knows the columns of one sample only.",
    "WINDOW": "it looks at other samples; a filter knows the columns of one sample only.",
    "STAR": "* has no place in it.",
    "CASE": "CASE has no place in it; write the conditions with AND and OR.",
    "COLLATE": "COLLATE has no place in it; use lower(…) or ILIKE.",
}


class FilterError(ValueError):
    """Why an expression is refused, as the rest of a sentence."""


@dataclass(frozen=True)
class Term:
    """A piece of SQL with the values bound in it; `plain` where it is a constant or a whole-number column."""

    sql: str
    values: tuple[object, ...]
    kind: Kind
    plain: bool = False


class Builder:
    """Rebuilds the tree of one expression for one run.

    Attributes:
        groups: whether a metric was named that is computed over the group.
    """

    def __init__(self, run: RunIndex, cursor: duckdb.DuckDBPyConnection) -> None:
        self.groups = False
        self._run = run
        self._cursor = cursor
        self._terms = 0

    def term(self, node: dict[str, Any], depth: int = 0) -> Term:
        """The SQL of a node.

        Raises:
            FilterError: the node, or one below it, has no place in a filter.
        """
        self._terms += 1
        if self._terms > MAX_TERMS or depth > MAX_DEPTH:
            raise FilterError(f"it has more than {MAX_TERMS} terms, or more than {MAX_DEPTH} levels.")
        kind = str(node.get("class"))
        if kind == "CONSTANT":
            return _constant(node)
        if kind == "COLUMN_REF":
            return self._column(".".join(str(name) for name in node["column_names"]))
        if kind == "FUNCTION":
            return self._function(node, depth)
        if kind in {"COMPARISON", "BETWEEN", "CONJUNCTION", "OPERATOR", "CAST"}:
            return self._operator(kind, node, depth)
        raise FilterError(_REFUSED.get(kind, f"{kind.lower()} has no place in it."))

    def truth(self, term: Term) -> Term:
        """A term as a condition; a number is true where it is not 0, as logged truth values are."""
        if term.kind == "number":
            return Term(f"({_known(term)} <> 0)", term.values, "truth")
        if term.kind == "text":
            raise FilterError("a text alone is no condition: compare it, as in response LIKE '%answer%'.")
        return term

    def _operator(self, kind: str, node: dict[str, Any], depth: int) -> Term:
        name = str(node.get("type"))
        if kind == "COMPARISON" and name in COMPARISONS:
            left, right = self._alike([node["left"], node["right"]], depth)
            return _joined(f"({{}} {COMPARISONS[name]} {{}})", [left, right], "truth")
        if kind == "BETWEEN" and name == "COMPARE_BETWEEN":
            parts = self._alike([node["input"], node["lower"], node["upper"]], depth)
            return _joined("({} BETWEEN {} AND {})", parts, "truth")
        if kind == "CONJUNCTION" and name in {"CONJUNCTION_AND", "CONJUNCTION_OR"}:
            terms = [self.truth(self.term(child, depth + 1)) for child in node["children"]]
            word = " AND " if name == "CONJUNCTION_AND" else " OR "
            return _joined(f"({word.join(['{}'] * len(terms))})", terms, "truth")
        if kind == "CAST":
            return self._cast(node, depth)
        children = node.get("children") or []
        if name == "OPERATOR_NOT" and len(children) == 1:
            return _joined("(NOT {})", [self.truth(self.term(children[0], depth + 1))], "truth")
        if name in {"OPERATOR_IS_NULL", "OPERATOR_IS_NOT_NULL"} and len(children) == 1:
            word = "IS NULL" if name == "OPERATOR_IS_NULL" else "IS NOT NULL"
            return _joined(f"({{}} {word})", [self.term(children[0], depth + 1)], "truth")
        if name == "COMPARE_IN" and len(children) > 1:
            parts = self._alike(children, depth)
            return _joined(f"({{}} IN ({', '.join(['{}'] * (len(parts) - 1))}))", parts, "truth")
        if name == "OPERATOR_COALESCE" and children:
            return self._same("coalesce", children, depth)
        raise FilterError(f"{name.lower().replace('_', ' ')} has no place in it.")

    def _function(self, node: dict[str, Any], depth: int) -> Term:
        name = str(node["function_name"]).lower()
        arguments = [argument["expression"] for argument in node["arguments"]]
        odd = node.get("filter") or node.get("distinct") or (node.get("order_bys") or {}).get("orders")
        if odd or node.get("schema") or any(argument.get("name") for argument in node["arguments"]):
            raise FilterError(f"{name[:40]} takes nothing but its arguments in brackets.")
        if node.get("is_operator"):
            if name in LIKES and len(arguments) == 2:
                return _joined(f"({{}} {LIKES[name]} {{}})", self._of(name, "tt", arguments, depth), "truth")
            if name in OPERATORS and len(arguments) in OPERATORS[name]:
                numbers = [_double(term) for term in self._of(name, "n" * len(arguments), arguments, depth)]
                return _joined(OPERATORS[name][len(arguments)], numbers, "number")
            raise FilterError(f"the operator {name[:20]} has no place in it.")
        if name in SAME_KIND and arguments:
            return self._same(name, arguments, depth)
        if name in FUNCTIONS:
            found = FUNCTIONS[name].get(len(arguments))
            if found is None:
                counts = " or ".join(str(count) for count in FUNCTIONS[name])
                raise FilterError(f"{name} takes {counts} argument{'s' if counts != '1' else ''}.")
            kinds, result, template = found
            terms = self._of(name, kinds, arguments, depth)
            if "regexp" in template:
                self._check_pattern(terms[1])
            return _joined(template, [_double(t) if t.kind == "number" else t for t in terms], result)
        known = ", ".join(sorted({*FUNCTIONS, *SAME_KIND, "coalesce"}))
        raise FilterError(f"there is no function {name[:40]}; it takes {known}.")

    def _cast(self, node: dict[str, Any], depth: int) -> Term:
        wanted = str((node.get("type_expr") or {}).get("type_name")).upper()
        term = self.term(node["child"], depth + 1)
        if wanted not in CASTS:
            raise FilterError(f"there is no cast to {wanted[:40]}; it takes {', '.join(CASTS)}.")
        kind, template = CASTS[wanted]
        return _joined(template, [term], kind)

    def _column(self, name: str) -> Term:
        if name in WHOLE:
            return Term(name, (), "number", plain=True)
        if name in WORDS:
            return Term(name, (), "text")
        if (sql := expression(self._run, name)) is not None:
            self.groups = self.groups or needs_groups(self._run, [name])
            return Term(f"({sql})", (), "number")
        if physical("t", name) in self._run.columns:
            return Term(text(name), (), "text")
        known = [*sample_metrics(self._run), *text_columns(self._run), *WHOLE, *WORDS]
        near = difflib.get_close_matches(name, known, n=3, cutoff=0.5) or known[:5]
        raise FilterError(
            f"run {self._run.name[:40]} has no column {name[:60]}; near it: {', '.join(n[:60] for n in near)}. "
            "Texts stand in 'single quotes', names with odd characters in \"double quotes\"."
        )

    def _of(self, name: str, kinds: str, nodes: Sequence[dict[str, Any]], depth: int) -> list[Term]:
        """The arguments of a function, each of the kind that it takes."""
        terms = [self.term(node, depth + 1) for node in nodes]
        for term, letter in zip(terms, kinds, strict=True):
            wanted = {"n": "number", "t": "text"}[letter]
            if term.kind != wanted:
                raise FilterError(f"{name[:40]} takes {_KINDS[wanted]} where {_KINDS[term.kind]} stands.")
        return terms

    def _alike(self, nodes: Sequence[dict[str, Any]], depth: int) -> list[Term]:
        """Terms that are compared with each other: all of one kind, NaN as no value."""
        terms = [self.term(node, depth + 1) for node in nodes]
        kinds = {term.kind for term in terms}
        if kinds == {"number", "truth"}:  # correct = true: truth values are logged as 1 and 0
            terms = [_joined("CAST({} AS DOUBLE)", [t], "number") if t.kind == "truth" else t for t in terms]
        elif len(kinds) > 1:
            raise FilterError(f"it compares {' with '.join(sorted(_KINDS[kind] for kind in kinds))}.")
        return [Term(_known(term), term.values, term.kind, term.plain) for term in terms]

    def _same(self, name: str, nodes: Sequence[dict[str, Any]], depth: int) -> Term:
        terms = [self.term(node, depth + 1) for node in nodes]
        kinds = {term.kind for term in terms}
        if len(kinds) != 1:
            raise FilterError(f"{name} takes values of one kind.")
        terms = [_double(term) if term.kind == "number" else term for term in terms]
        return _joined(f"{name}({', '.join(['{}'] * len(terms))})", terms, kinds.pop())

    def _check_pattern(self, pattern: Term) -> None:
        if not pattern.plain or not isinstance(value := pattern.values[0], str):
            raise FilterError("a regular expression is a text in quotes, not a column.")
        try:
            self._cursor.execute("SELECT regexp_matches('', ?)", [value]).fetchall()
        except Exception as error:
            reason = str(error).splitlines()[0].removeprefix("Invalid Input Error: ")
            raise FilterError(
                f"{value[:60]} is no regular expression (RE2 syntax): {reason[:120]}."
            ) from error


def _constant(node: dict[str, Any]) -> Term:
    found = node["literal"]
    kind, written = str(found["kind"]), str(found["text"])
    if kind == "STRING":
        return Term("?", (written,), "text", plain=True)
    if kind == "BOOLEAN":
        return Term("true" if written == "true" else "false", (), "truth", plain=True)
    if kind == "NULL_LITERAL":
        raise FilterError("nothing is equal to NULL; a missing value is found by `x IS NULL`.")
    if kind in {"INTEGER", "NUMERIC"}:
        number = float(written)
        if not math.isfinite(number):
            raise FilterError(f"{written[:40]} is too large for a number.")
        return Term("CAST(? AS DOUBLE)", (number,), "number", plain=True)
    raise FilterError(f"a constant such as {written[:40]} has no place in it.")


def _known(term: Term) -> str:
    """SQL that is NULL where the number is NaN."""
    return (
        f"nullif({term.sql}, CAST('NaN' AS DOUBLE))" if term.kind == "number" and not term.plain else term.sql
    )


def _double(term: Term) -> Term:
    """A number in double precision: whole numbers could overflow."""
    return Term(f"CAST({term.sql} AS DOUBLE)", term.values, "number") if term.plain else term


def _joined(template: str, terms: Sequence[Term], kind: Kind) -> Term:
    values = tuple(value for term in terms for value in term.values)
    return Term(template.format(*(term.sql for term in terms)), values, kind)
