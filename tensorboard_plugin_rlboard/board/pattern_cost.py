"""Estimates what a regular expression costs before it is run.

RE2 turns a pattern into a program and takes, at worst, one look at every instruction for every byte of the text: no
pattern takes exponential time, but `(.?){900}x` is a program of ten thousand instructions and takes 70 µs a byte. The
database does not say how long its programs are, so their length is estimated here from the pattern: repetitions with
bounds are copies of what they repeat, and so they multiply.
"""

from __future__ import annotations

import re
from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import duckdb

MAX_INSTRUCTIONS = 9_500
"""Of a pattern. `.{0,1000}`, the longest repetition that RE2 takes, is a program of 9,004, and may stand among words."""
_DOT_COST = 8
"""Instructions of `.`: the ranges that the first and the following bytes of a character can be in."""
_PERL = {"d": 1, "s": 3, "w": 3, "D": 11, "S": 11, "W": 11}
_CATEGORIES = {"L": 1200, "M": 580, "S": 450, "P": 340, "N": 240, "C": 80, "Z": 20}
"""Instructions of \\p{…} by the first letter of a category; measured with RE2 2024-07."""
_SCRIPT, _COMMON = 130, 400
"""Instructions of \\p{Han} and the other scripts at most; of Common and Inherited."""
_NEGATION_COST = 11
_MAX_SHOWN_LENGTH = 40
_TOKEN = re.compile(
    r"""
    (?P<quoted>\\Q.*?(?:\\E|\Z))
    | (?P<property>\\[pP](?:\{\^?(?P<name>[^}]*)\}|(?P<letter>.)))
    | (?P<perl>\\[dDwWsS])
    | (?P<edge>\\[bBAz]|\^|\$)
    | (?P<escape>\\(?:x\{(?P<long>[0-9A-Fa-f]{1,8})\}|x[0-9A-Fa-f]{2}|[0-7]{1,3}|.))
    | (?P<set>\[(?P<negated>\^?)(?P<members>\]?(?:\[:\^?[a-z]+:\]|\\.|[^\]\\])*)(?:\]|\\?\Z))
    | (?P<open>\((?:\?P?<[^>]*(?:>|\Z)|\?(?P<flags>[a-zA-Z]*(?:-[a-zA-Z]*)?)(?P<flags_end>[:)]))?)
    | (?P<close>\))
    | (?P<repeat>\{(?P<low>[0-9]{1,4})(?P<comma>,?)(?P<high>[0-9]{0,4})\}\?? | [*+?]\??)
    | (?P<either>\|)
    | (?P<any>\.)
    | (?P<literal>.)
    """,
    re.DOTALL | re.VERBOSE,
)
_MEMBER = re.compile(r"\[:(?P<posix>\^?)[a-z]+:\]|\\[pP](?:\{\^?[^}]*\}|.)|\\[dDwWsS]|\\.|.", re.DOTALL)


@dataclass(frozen=True)
class PatternCost:
    """The length of the program that a pattern becomes.

    Attributes:
        instructions: estimated.
        most_expensive: the repetition that most of them come from, as it stands in the pattern; empty where none is repeated.
    """

    instructions: int
    most_expensive: str = ""

    def refusal(self) -> str:
        """Why the pattern is refused and what to shorten; empty if it is within the limit."""
        if self.instructions <= MAX_INSTRUCTIONS:
            return ""
        remedy = (
            f"shorten {self.most_expensive}, which counts as often as it may repeat"
            if self.most_expensive
            else "shorten the pattern"
        )
        return (
            f"it becomes a program of about {self.instructions:,} instructions, and {MAX_INSTRUCTIONS:,} are the limit: "
            f"{remedy}"
        )


@dataclass
class _BracketLevel:
    """The pieces read since a bracket was opened.

    Attributes:
        start: where the bracket stands.
        ignores_case: whether letter case does not count.
        bracket_cost: instructions of the bracket itself: two where it captures.
        done: instructions of what was read but for the last piece.
        last: instructions of the last piece, which a repetition would repeat.
        last_start: where that piece begins.
    """

    start: int
    ignores_case: bool
    bracket_cost: int
    done: int = 0
    last: int = 0
    last_start: int = 0

    def add(self, instructions: int, start: int) -> None:
        self.done += self.last
        self.last, self.last_start = instructions, start


def pattern_cost(pattern: str) -> PatternCost:
    """Estimates the program of a pattern in the syntax of RE2; what is no pattern costs something as well.

    Takes time in proportion to the pattern's length, however its brackets stand.
    """
    levels = [_BracketLevel(0, ignores_case=False, bracket_cost=0)]
    most_expensive, most_expensive_cost = "", 0
    for match in _TOKEN.finditer(pattern):
        level, start = levels[-1], match.start()
        if match["repeat"] is not None:
            repeated = _repeated(level.last, match)
            if repeated - level.last > most_expensive_cost:
                most_expensive, most_expensive_cost = (
                    pattern[level.last_start : match.end()],
                    repeated - level.last,
                )
            level.last = repeated
        elif match["open"] is not None:
            ignores_case = _ignores_case(match["flags"], level.ignores_case)
            if match["flags_end"] == ")":  # (?i) holds to the end of the bracket that it stands in
                level.ignores_case = ignores_case
            else:
                levels.append(_BracketLevel(start, ignores_case, bracket_cost=0 if match["flags_end"] else 2))
        elif match["close"] is not None:
            if len(levels) > 1:
                inner = levels.pop()
                levels[-1].add(inner.done + inner.last + inner.bracket_cost, inner.start)
        elif match["either"] is not None:
            level.add(1, start)
        else:
            level.add(_piece(match, ignores_case=level.ignores_case), start)
    total = sum(level.done + level.last + level.bracket_cost for level in levels)
    return PatternCost(
        total,
        most_expensive
        if len(most_expensive) <= _MAX_SHOWN_LENGTH
        else f"{most_expensive[: _MAX_SHOWN_LENGTH - 1]}…",
    )


def syntax_fault(cursor: duckdb.DuckDBPyConnection, pattern: str) -> str:
    """The error of RE2 on a pattern; empty if it is valid."""
    try:
        cursor.execute("SELECT regexp_matches('', ?)", [pattern]).fetchall()
    except Exception as error:
        if (
            type(error).__name__ == "InterruptException"
        ):  # the question was given up, the pattern may be a good one
            raise
        return str(error).splitlines()[0].removeprefix("Invalid Input Error: ")[:120]
    return ""


def closed(pattern: str) -> str:
    r"""The same pattern, so that more of a pattern may follow it: a quotation (`\Q`) that is still open is ended."""
    last = deque(_TOKEN.finditer(pattern), maxlen=1)
    is_open = bool(last) and last[0]["quoted"] is not None and not last[0].group()[2:].endswith("\\E")
    return f"{pattern}\\E" if is_open else pattern


def _repeated(instructions: int, match: re.Match[str]) -> int:
    """The instructions of a repeated piece."""
    if match["low"] is None:
        return instructions + 1
    low = int(match["low"])
    high = int(match["high"]) if match["high"] else low
    return (
        max(1, low, high) * instructions
        + max(0, high - low)
        + (1 if match["comma"] and not match["high"] else 0)
    )


def _ignores_case(flags: str | None, before: bool) -> bool:
    """Whether letter case is ignored after some flags, such as `i-s`."""
    on, _, off = (flags or "").partition("-")
    return (before or "i" in on) and "i" not in off


def _piece(match: re.Match[str], *, ignores_case: bool) -> int:
    """Instructions of a piece that stands for itself."""
    text = match.group()
    if match["any"] is not None:
        return _DOT_COST
    if match["set"] is not None:
        cost = sum(_member(member.group()) for member in _MEMBER.finditer(match["members"]))
        return max(1, cost * (2 if ignores_case else 1)) + (_NEGATION_COST if match["negated"] else 0)
    if match["property"] is not None or match["perl"] is not None:
        return _member(text) * (2 if ignores_case else 1)
    if match["edge"] is not None:
        return 1
    if match["quoted"] is not None:
        return sum(_letter(letter, ignores_case=ignores_case) for letter in text[2:])
    if match["escape"] is not None:
        code = int(match["long"], 16) if match["long"] else 0
        return 4 if code > 127 else 2
    return _letter(text, ignores_case=ignores_case)


def _letter(letter: str, *, ignores_case: bool) -> int:
    if letter.isascii():
        return 4 if ignores_case and letter in "kKsS" else 1  # these have partners beyond ASCII
    return len(letter.encode("utf-8", "surrogatepass")) * (
        2 if ignores_case and letter.lower() != letter.upper() else 1
    )


def _member(text: str) -> int:
    """Instructions of a class, or of what stands in brackets."""
    if text[:2] in {"\\p", "\\P"}:
        name = text[2:].strip("{}^")
        if len(name) > 2:
            return _COMMON if name in {"Common", "Inherited"} else _SCRIPT
        return _CATEGORIES.get(name[:1], _CATEGORIES["L"])
    if text.startswith("\\"):
        return _PERL.get(text[1:2], 2)
    if text.startswith("[:"):
        return _NEGATION_COST + 3 if text[2] == "^" else 3
    return 1 if text.isascii() else 6
