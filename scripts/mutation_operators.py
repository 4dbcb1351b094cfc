"""What scripts/mutation.py changes: the small mistakes that one makes in a formula, in Python and in SQL."""

from __future__ import annotations

import ast
import copy
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

_BINARY: dict[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.Div,
    ast.Div: ast.Mult,
    ast.Pow: ast.Mult,
    ast.BitAnd: ast.BitOr,
    ast.BitOr: ast.BitAnd,
}
_COMPARISONS: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
}
_PAIRS = (
    ("min", "max"),
    ("minimum", "maximum"),
    ("all", "any"),
    ("logical_and", "logical_or"),
    ("zeros", "ones"),
)
_NAMES = dict(_PAIRS) | {second: first for first, second in _PAIRS}
_STRINGS = {"right": "left", "left": "right"}
_SMALL = 1e-3
"""Numbers below are thresholds, which are moved far to both sides."""
_SQL = (
    *((r" <= ", " < "), (r" >= ", " > "), (r" < ", " <= "), (r" > ", " >= "), (r" = ", " <> ")),
    *((r" \+ ", " - "), (r" - ", " + "), (r" / ", " * "), (r" AND ", " OR "), (r"\bNOT ", "")),
    *((r"\bavg\(", "sum("), (r"\bsum\(", "avg("), (r"\bmin\(", "max("), (r"\bmax\(", "min("), (r"\(-", "(")),
    *((r" DESC\b", " ASC"), (r"NULLS LAST", "NULLS FIRST"), (r"IS NOT NULL", "IS NULL")),
    *((r"stddev_pop", "stddev_samp"), (r"quantile_cont", "quantile_disc"), (r"\bcorr\(", "covar_pop(")),
    *((r"count\(DISTINCT ", "count("), (r"\brank\(", "row_number("), (r"\bisfinite\(", "NOT isnan(")),
    *((r"(?<![\w.\"{\[])\d+(\.\d+)?(?![\w.\"}\]])", "+1"),),
)
_ANNOTATIONS = {"annotation", "returns", "decorator_list", "type_comment"}


_Node = ast.expr | ast.stmt


@dataclass(frozen=True)
class Mutant:
    """A file with one change.

    Attributes:
        file: path below the package.
        line: line of the change, from 1.
        function: qualified name of the function that it is in, empty outside of functions.
        change: before and after it.
        source: the whole file with it.
        tests: names of the tests that may notice it.
    """

    file: str
    line: int
    function: str
    change: str
    source: str
    tests: tuple[str, ...]

    @property
    def key(self) -> str:
        """What names the mutant when lines move."""
        return f"{self.file}::{self.function} {self.change}"

    def __str__(self) -> str:
        return f"tensorboard_plugin_rlboard/{self.file}:{self.line} {self.function} {self.change}"


def mutants_of(file: str, source: str, *, in_sql: bool, tests: tuple[str, ...]) -> Iterator[Mutant]:
    """Every mutant of a file; strings are changed as SQL where it has some."""
    raw = source.encode()
    starts = [0]
    for line in raw.splitlines(keepends=True):
        starts.append(starts[-1] + len(line))
    seen: Counter[tuple[str, str]] = Counter()
    for node, function in _nodes(ast.parse(source), ""):
        for old, new, change in _changes(node, in_sql=in_sql):
            begin = starts[old.lineno - 1] + old.col_offset
            end = starts[(old.end_lineno or old.lineno) - 1] + (old.end_col_offset or 0)
            code = f"({ast.unparse(new)})" if isinstance(new, ast.expr) else ast.unparse(new)
            changed = (raw[:begin] + code.encode() + raw[end:]).decode()
            seen[function, change] += 1
            number = seen[function, change]
            name = f"{change} #{number}" if number > 1 else change
            yield Mutant(file, old.lineno, function, name, changed, tests)


def _nodes(node: ast.AST, function: str) -> Iterator[tuple[_Node, str]]:
    """Expressions and statements that may be changed, with the function that they are in."""
    if isinstance(node, (ast.Raise, ast.Import, ast.ImportFrom)):
        return
    if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
        return  # documentation
    if isinstance(node, (ast.expr, ast.stmt)):
        yield node, function
    if isinstance(node, ast.JoinedStr):
        return  # expressions within a string have no place of their own before Python 3.12
    if isinstance(node, (ast.FunctionDef, ast.ClassDef)):
        function = f"{function}.{node.name}" if function else node.name
    for field, value in ast.iter_fields(node):
        for child in value if isinstance(value, list) else [value]:
            if isinstance(child, ast.AST) and field not in _ANNOTATIONS:
                yield from _nodes(child, function)


def _changes(node: _Node, *, in_sql: bool) -> Iterator[tuple[_Node, _Node, str]]:
    """The changes of a node: the part that is replaced, its replacement, and a description of the change."""
    for new in _replacements(node):
        yield node, new, f"{_short(node)} -> {_short(new)}"
    if isinstance(node, ast.If) and not (isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING"):
        yield node.test, ast.UnaryOp(ast.Not(), node.test), f"if {_short(node.test)} -> if not"
    if in_sql and isinstance(node, ast.Constant) and isinstance(node.value, str):
        for value, change in _sql_changes(node.value):
            yield node, ast.Constant(value), change
    if in_sql and isinstance(node, ast.JoinedStr):
        for place, part in enumerate(node.values):
            if isinstance(part, ast.Constant):
                for value, change in _sql_changes(str(part.value)):
                    new_string = copy.deepcopy(node)
                    new_string.values[place] = ast.Constant(value)
                    yield node, new_string, change


def _replacements(node: _Node) -> Iterator[_Node]:
    """Other nodes in the place of one."""
    match node:
        case ast.Constant():
            yield from map(ast.Constant, _other_values(node.value))
        case ast.BinOp(op=op) if type(op) in _BINARY:
            yield ast.BinOp(node.left, _BINARY[type(op)](), node.right)
        case ast.UnaryOp(op=ast.USub() | ast.Not() | ast.Invert()):
            yield node.operand
        case ast.BoolOp(op=op):
            yield ast.BoolOp(ast.Or() if isinstance(op, ast.And) else ast.And(), node.values)
        case ast.Compare():
            for place, operator in enumerate(node.ops):
                ops = [*node.ops[:place], _COMPARISONS[type(operator)](), *node.ops[place + 1 :]]
                yield ast.Compare(node.left, ops, node.comparators)
        case ast.IfExp():
            yield ast.IfExp(node.test, node.orelse, node.body)
        case ast.ListComp() | ast.SetComp() | ast.DictComp() | ast.GeneratorExp():
            for place, part in enumerate(node.generators):
                if part.ifs:
                    new = copy.deepcopy(node)
                    new.generators[place].ifs = []
                    yield new
        case ast.Call():
            yield from _other_calls(node)
        case ast.Return(value=ast.expr() as value) if not (
            isinstance(value, ast.Constant) and value.value is None
        ):
            yield ast.Return(ast.Constant(None))
        case ast.AugAssign(op=op):
            yield ast.Pass()
            if type(op) in _BINARY:
                yield ast.AugAssign(node.target, _BINARY[type(op)](), node.value)
        case ast.Assign(targets=[ast.Subscript()]) | ast.Expr(value=ast.Call()):
            yield ast.Pass()


def _other_values(value: object) -> Sequence[str | float]:
    if isinstance(value, bool):
        return [not value]
    if isinstance(value, int):
        return [value + 1]
    if isinstance(value, float) and 0 < value < _SMALL:
        return [value * 1e6, value / 1e6]
    if isinstance(value, float):
        return [value + 0.01] if 0 < value < 1 else [value * 2 if value else 1.0]
    return [_STRINGS[value]] if isinstance(value, str) and value in _STRINGS else []


def _other_calls(node: ast.Call) -> Iterator[ast.expr]:
    match node.func:
        case ast.Name(id=name) if name in _NAMES:
            yield ast.Call(ast.Name(_NAMES[name]), node.args, node.keywords)
        case ast.Attribute(attr="isfinite", value=module):
            negation = ast.Not() if isinstance(module, ast.Name) and module.id == "math" else ast.Invert()
            yield ast.UnaryOp(negation, ast.Call(ast.Attribute(module, "isnan"), node.args, node.keywords))
        case ast.Attribute(attr="std") if not node.args:
            yield ast.Call(node.func, [], [ast.keyword("ddof", ast.Constant(1))])
        case ast.Attribute(attr="reduceat" | "reduce", value=ast.Attribute(attr=name) as inner) if (
            name in _NAMES
        ):
            swapped = ast.Attribute(inner.value, _NAMES[name])
            yield ast.Call(ast.Attribute(swapped, node.func.attr), node.args, node.keywords)
        case ast.Attribute(attr=name, value=module) if name in _NAMES:
            yield ast.Call(ast.Attribute(module, _NAMES[name]), node.args, node.keywords)


def _sql_changes(text: str) -> Iterator[tuple[str, str]]:
    for pattern, replacement in _SQL:
        for match in re.finditer(pattern, text):
            new = str(float(match[0]) + 1) if replacement == "+1" else replacement
            before = text[max(0, match.start() - 25) : match.end() + 25].strip()
            yield (
                text[: match.start()] + new + text[match.end() :],
                f"SQL {match[0]!r} -> {new!r} in {before!r}",
            )


def _short(node: ast.AST) -> str:
    text = " ".join(ast.unparse(node).split())
    return text if len(text) <= 80 else f"{text[:60]}...{text[-15:]}"
