"""The functions and operators of filter expressions: what each takes, and its SQL. None fails, whatever it is given."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

Result = Literal["number", "text", "truth"]
Signature = tuple[str, Result, str]
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
_NUMBER: tuple[Result, str] = ("number", "TRY_CAST({} AS DOUBLE)")
_WHOLE: tuple[Result, str] = ("number", "round(TRY_CAST({} AS DOUBLE))")
_TEXT: tuple[Result, str] = ("text", "CAST({} AS VARCHAR)")
CASTS: Mapping[str, tuple[Result, str]] = {
    "DOUBLE": _NUMBER,
    "FLOAT": _NUMBER,
    "REAL": _NUMBER,
    "INTEGER": _WHOLE,
    "INT": _WHOLE,
    "BIGINT": _WHOLE,
    "VARCHAR": _TEXT,
    "TEXT": _TEXT,
}
