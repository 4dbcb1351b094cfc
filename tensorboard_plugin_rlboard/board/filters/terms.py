"""The terms of a filter expression: which nodes, names and functions it may hold, and the SQL that each becomes.

Every term has a kind, so that numbers, texts and truth values are never compared with each other and nothing can fail
while rows are read. In comparisons a NaN counts as no value: neither `x > 1` nor `NOT x > 1` selects it.
"""

from __future__ import annotations

import difflib
import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from tensorboard_plugin_rlboard.board.filters.filter_error import FilterError
from tensorboard_plugin_rlboard.board.filters.functions import (
    CASTS,
    COMPARISONS,
    FUNCTIONS,
    KIND_NAMES,
    LIKES,
    OPERATORS,
    REFUSED_NODES,
    SAME_KIND,
    TermKind,
)
from tensorboard_plugin_rlboard.board.missing_column import missing_column_error
from tensorboard_plugin_rlboard.board.pattern_cost import PatternCost, pattern_cost, syntax_fault
from tensorboard_plugin_rlboard.board.run_schema import RunSession
from tensorboard_plugin_rlboard.texts import plural

INTEGER_COLUMNS = ("step", "attempt", "line")
TEXT_COLUMNS = ("split", "prompt_key")
MAX_TERMS, MAX_DEPTH = 500, 64


@dataclass(frozen=True)
class Term:
    """A piece of SQL.

    Attributes:
        sql: with a `?` for each value.
        values: the values bound in it.
        kind: of its value.
        is_plain: whether it is a constant or an integer column, so that it is never NaN.
    """

    sql: str
    values: tuple[object, ...]
    kind: TermKind
    is_plain: bool = False


class TermBuilder:
    """Rebuilds the tree of one expression for one run.

    Attributes:
        needs_groups: whether a metric was named that is computed over the group.
        texts: SQL of the texts that were named.
        instructions: of all regular expressions.
    """

    def __init__(self, session: RunSession) -> None:
        self.needs_groups = False
        self.texts: dict[str, None] = {}
        self.instructions = self._count = 0
        self._session = session

    def condition(self, tree: dict[str, Any]) -> Term:
        """The SQL of a whole expression.

        Raises:
            FilterError: it is no condition, or something in it has no place in a filter.
        """
        return _as_condition(self._term(tree))

    def _term(self, node: dict[str, Any], depth: int = 0) -> Term:
        """The SQL of a node."""
        self._count += 1
        if self._count > MAX_TERMS or depth > MAX_DEPTH:
            raise FilterError(f"it has more than {MAX_TERMS:,} terms, or more than {MAX_DEPTH} levels.")
        kind = str(node.get("class"))
        if kind == "CONSTANT":
            return _constant(node)
        if kind == "COLUMN_REF":
            return self._column(".".join(str(name) for name in node["column_names"]))
        if kind == "FUNCTION":
            return self._function(node, depth)
        if kind in {"COMPARISON", "BETWEEN", "CONJUNCTION", "OPERATOR", "CAST"}:
            return self._operator(kind, node, depth)
        raise FilterError(REFUSED_NODES.get(kind, f"{kind.lower()} has no place in it."))

    def _operator(self, kind: str, node: dict[str, Any], depth: int) -> Term:
        name = str(node.get("type"))
        if kind == "COMPARISON" and name in COMPARISONS:
            left, right = self._comparable([node["left"], node["right"]], depth)
            return _combined(f"({{}} {COMPARISONS[name]} {{}})", [left, right], "truth")
        if kind == "BETWEEN" and name == "COMPARE_BETWEEN":
            terms = self._comparable([node["input"], node["lower"], node["upper"]], depth)
            return _combined("({} BETWEEN {} AND {})", terms, "truth")
        if kind == "CONJUNCTION" and name in {"CONJUNCTION_AND", "CONJUNCTION_OR"}:
            terms = [_as_condition(self._term(child, depth + 1)) for child in node["children"]]
            operator = " AND " if name == "CONJUNCTION_AND" else " OR "
            return _combined(f"({operator.join(['{}'] * len(terms))})", terms, "truth")
        if kind == "CAST":
            return self._cast(node, depth)
        children = node.get("children") or []
        if name == "OPERATOR_NOT" and len(children) == 1:
            return _combined("(NOT {})", [_as_condition(self._term(children[0], depth + 1))], "truth")
        if name in {"OPERATOR_IS_NULL", "OPERATOR_IS_NOT_NULL"} and len(children) == 1:
            test = "IS NULL" if name == "OPERATOR_IS_NULL" else "IS NOT NULL"
            return _combined(f"({{}} {test})", [self._term(children[0], depth + 1)], "truth")
        if name == "COMPARE_IN" and len(children) > 1:
            terms = self._comparable(children, depth)
            return _combined(f"({{}} IN ({', '.join(['{}'] * (len(terms) - 1))}))", terms, "truth")
        if name == "OPERATOR_COALESCE" and children:
            return self._same_kind("coalesce", children, depth)
        raise FilterError(f"{name.lower().replace('_', ' ')} has no place in it.")

    def _function(self, node: dict[str, Any], depth: int) -> Term:
        name = str(node["function_name"]).lower()
        arguments = [argument["expression"] for argument in node["arguments"]]
        modified = node.get("filter") or node.get("distinct") or (node.get("order_bys") or {}).get("orders")
        if modified or node.get("schema") or any(argument.get("name") for argument in node["arguments"]):
            raise FilterError(f"{name[:40]} takes nothing but its arguments in brackets.")
        if node.get("is_operator"):
            if name in LIKES and len(arguments) == 2:
                texts = self._arguments(name, "tt", arguments, depth)
                return _combined(f"({{}} {LIKES[name]} {{}})", texts, "truth")
            if name in OPERATORS and len(arguments) in OPERATORS[name]:
                numbers = [
                    _double(term) for term in self._arguments(name, "n" * len(arguments), arguments, depth)
                ]
                return _combined(OPERATORS[name][len(arguments)], numbers, "number")
            raise FilterError(f"the operator {name[:20]} has no place in it.")
        if name in SAME_KIND and arguments:
            return self._same_kind(name, arguments, depth)
        if name in FUNCTIONS:
            if (signature := FUNCTIONS[name].get(len(arguments))) is None:
                counts = " or ".join(str(count) for count in FUNCTIONS[name])
                raise FilterError(f"{name} takes {counts} {plural(counts == '1', 'argument', 'arguments')}.")
            kinds, result, template = signature
            terms = self._arguments(name, kinds, arguments, depth)
            if "regexp" in template:
                self._check_pattern(terms[1])
            return _combined(template, [_double(t) if t.kind == "number" else t for t in terms], result)
        functions = ", ".join(sorted({*FUNCTIONS, *SAME_KIND, "coalesce"}))
        raise FilterError(f"there is no function {name[:40]}; it takes {functions}.")

    def _cast(self, node: dict[str, Any], depth: int) -> Term:
        type_name = str((node.get("type_expr") or {}).get("type_name")).upper()
        term = self._term(node["child"], depth + 1)
        if type_name not in CASTS:
            raise FilterError(f"there is no cast to {type_name[:40]}; it takes {', '.join(CASTS)}.")
        kind, template = CASTS[type_name]
        return _combined(template, [term], kind)

    def _column(self, name: str) -> Term:
        schema = self._session.schema
        if name in INTEGER_COLUMNS:
            return Term(name, (), "number", is_plain=True)
        if name in TEXT_COLUMNS:
            return Term(name, (), "text")
        if name in schema.metric_sql:
            self.needs_groups = self.needs_groups or schema.needs_groups([name])
            return Term(f"({schema.metric_sql[name]})", (), "number")
        if name in schema.text_sql:
            self.texts[schema.text_sql[name]] = None
            return Term(schema.text_sql[name], (), "text")
        columns = [*schema.metrics, *schema.texts, *INTEGER_COLUMNS, *TEXT_COLUMNS]
        near = difflib.get_close_matches(name, columns, n=3, cutoff=0.5) or columns[:5]
        unknown = (
            f"run {self._session.run.name[:40]} has no column {name[:60]}; near it: {', '.join(n[:60] for n in near)}. "
            "Texts stand in 'single quotes', names with odd characters in \"double quotes\"."
        )
        raise missing_column_error(self._session.run, schema, name, FilterError(unknown))

    def _arguments(self, name: str, kinds: str, nodes: Sequence[dict[str, Any]], depth: int) -> list[Term]:
        """The arguments of a function, each of the kind that it takes."""
        terms = [self._term(node, depth + 1) for node in nodes]
        for term, letter in zip(terms, kinds, strict=True):
            kind = {"n": "number", "t": "text"}[letter]
            if term.kind != kind:
                raise FilterError(
                    f"{name[:40]} takes {KIND_NAMES[kind]} where {KIND_NAMES[term.kind]} stands."
                )
        return terms

    def _comparable(self, nodes: Sequence[dict[str, Any]], depth: int) -> list[Term]:
        """Terms that are compared with each other: all of one kind, NaN as no value."""
        terms = [self._term(node, depth + 1) for node in nodes]
        kinds = {term.kind for term in terms}
        if kinds == {"number", "truth"}:  # correct = true: truth values are logged as 1 and 0
            terms = [_double(term) if term.kind == "truth" else term for term in terms]
        elif len(kinds) > 1:
            raise FilterError(f"it compares {' with '.join(sorted(KIND_NAMES[kind] for kind in kinds))}.")
        return [Term(_without_nan(term), term.values, term.kind, term.is_plain) for term in terms]

    def _same_kind(self, name: str, nodes: Sequence[dict[str, Any]], depth: int) -> Term:
        terms = [self._term(node, depth + 1) for node in nodes]
        kinds = {term.kind for term in terms}
        if len(kinds) != 1:
            raise FilterError(f"{name} takes values of one kind.")
        terms = [_double(term) if term.kind == "number" else term for term in terms]
        return _combined(f"{name}({', '.join(['{}'] * len(terms))})", terms, kinds.pop())

    def _check_pattern(self, pattern: Term) -> None:
        if not pattern.is_plain or not isinstance(text := pattern.values[0], str):
            raise FilterError("a regular expression is a text in quotes, not a column.")
        cost = pattern_cost(text)
        self.instructions += cost.instructions
        if sentence := cost.refusal() or PatternCost(self.instructions).refusal():
            raise FilterError(f"the regular expression {text[:60]} is too much for it: {sentence}.")
        if why := syntax_fault(self._session.cursor, text):
            raise FilterError(f"{text[:60]} is no regular expression (RE2 syntax): {why}.")


def _as_condition(term: Term) -> Term:
    """A term as a condition; a number is true where it is not 0, as logged truth values are."""
    if term.kind == "number":
        return Term(f"({_without_nan(term)} <> 0)", term.values, "truth")
    if term.kind == "text":
        raise FilterError("a text alone is no condition: compare it, as in response LIKE '%answer%'.")
    return term


def _constant(node: dict[str, Any]) -> Term:
    kind, written = str(node["literal"]["kind"]), str(node["literal"]["text"])
    if kind == "STRING":
        return Term("?", (written,), "text", is_plain=True)
    if kind == "BOOLEAN":
        return Term("true" if written == "true" else "false", (), "truth", is_plain=True)
    if kind == "NULL_LITERAL":
        raise FilterError("nothing is equal to NULL; a missing value is found by `x IS NULL`.")
    if kind in {"INTEGER", "NUMERIC"}:
        number = float(written)
        if not math.isfinite(number):
            raise FilterError(f"{written[:40]} is too large for a number.")
        return Term("CAST(? AS DOUBLE)", (number,), "number", is_plain=True)
    raise FilterError(f"a constant such as {written[:40]} has no place in it.")


def _without_nan(term: Term) -> str:
    """SQL that is NULL where the number is NaN."""
    return (
        f"nullif({term.sql}, CAST('NaN' AS DOUBLE))"
        if term.kind == "number" and not term.is_plain
        else term.sql
    )


def _double(term: Term) -> Term:
    """A number in double precision: whole numbers could overflow, and truth values are none."""
    needs_cast = term.is_plain or term.kind == "truth"
    return Term(f"CAST({term.sql} AS DOUBLE)", term.values, "number") if needs_cast else term


def _combined(template: str, terms: Sequence[Term], kind: TermKind) -> Term:
    values = tuple(value for term in terms for value in term.values)
    return Term(template.format(*(term.sql for term in terms)), values, kind)
