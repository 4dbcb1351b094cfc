"""The functions and operators of filter expressions: what each takes, and its SQL. None fails, whatever it is given."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

TermKind = Literal["number", "text", "truth"]
Signature = tuple[str, TermKind, str]
"""Kinds of the arguments (n number, t text), kind of the result, and SQL with a place for each argument."""

COMPARISONS = {
    "COMPARE_EQUAL": "=",
    "COMPARE_NOTEQUAL": "<>",
    "COMPARE_LESSTHAN": "<",
    "COMPARE_GREATERTHAN": ">",
    "COMPARE_LESSTHANOREQUALTO": "<=",
    "COMPARE_GREATERTHANOREQUALTO": ">=",
    "COMPARE_DISTINCT_FROM": "IS DISTINCT FROM",
    "COMPARE_NOT_DISTINCT_FROM": "IS NOT DISTINCT FROM",
}
LIKES = {"~~": "LIKE", "~~*": "ILIKE", "!~~": "NOT LIKE", "!~~*": "NOT ILIKE"}
OPERATORS: Mapping[str, Mapping[int, str]] = {
    "+": {1: "{}", 2: "({} + {})"},
    "-": {1: "(-{})", 2: "({} - {})"},
    "*": {2: "({} * {})"},
    "/": {2: "({} / {})"},
    "%": {2: "({} % {})"},
}
FUNCTIONS: Mapping[str, Mapping[int, Signature]] = {
    "abs": {1: ("n", "number", "abs({})")},
    "ceil": {1: ("n", "number", "ceil({})")},
    "exp": {1: ("n", "number", "exp({})")},
    "floor": {1: ("n", "number", "floor({})")},
    "round": {1: ("n", "number", "round({})")},
    # The database refuses logarithms of 0 and below, and roots below 0: no value here.
    "ln": {1: ("n", "number", "ln(nullif(greatest({}, 0.0), 0.0))")},
    "log10": {1: ("n", "number", "log10(nullif(greatest({}, 0.0), 0.0))")},
    "sqrt": {1: ("n", "number", "pow({}, 0.5)")},
    "isfinite": {1: ("n", "truth", "isfinite({})")},
    "isinf": {1: ("n", "truth", "isinf({})")},
    "isnan": {1: ("n", "truth", "isnan({})")},
    "length": {1: ("t", "number", "CAST(length({}) AS DOUBLE)")},
    "lower": {1: ("t", "text", "lower({})")},
    "upper": {1: ("t", "text", "upper({})")},
    "trim": {1: ("t", "text", "trim({})")},
    "contains": {2: ("tt", "truth", "contains({}, {})")},
    "starts_with": {2: ("tt", "truth", "starts_with({}, {})")},
    "ends_with": {2: ("tt", "truth", "ends_with({}, {})")},
    "regexp_matches": {2: ("tt", "truth", "regexp_matches({}, {})")},
    "regexp_full_match": {2: ("tt", "truth", "regexp_full_match({}, {})")},
}
SAME_KIND = frozenset({"greatest", "least"})
_NUMBER: tuple[TermKind, str] = ("number", "TRY_CAST({} AS DOUBLE)")
_INTEGER: tuple[TermKind, str] = ("number", "round(TRY_CAST({} AS DOUBLE))")
_TEXT: tuple[TermKind, str] = ("text", "CAST({} AS VARCHAR)")
CASTS: Mapping[str, tuple[TermKind, str]] = {
    "DOUBLE": _NUMBER,
    "FLOAT": _NUMBER,
    "REAL": _NUMBER,
    "INTEGER": _INTEGER,
    "INT": _INTEGER,
    "BIGINT": _INTEGER,
    "VARCHAR": _TEXT,
    "TEXT": _TEXT,
}
KIND_NAMES = {"number": "a number", "text": "a text", "truth": "a condition"}
REFUSED_NODES = {
    "SUBQUERY": "it asks for other tables; a filter knows the columns of one sample only.",
    "WINDOW": "it looks at other samples; a filter knows the columns of one sample only.",
    "STAR": "* has no place in it.",
    "CASE": "CASE has no place in it; write the conditions with AND and OR.",
    "COLLATE": "COLLATE has no place in it; use lower(…) or ILIKE.",
}
"""Nodes of the parser's tree that people write by mistake, and why each is refused."""
