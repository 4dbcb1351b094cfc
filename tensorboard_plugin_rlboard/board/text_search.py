"""Text search: which samples contain a text, and where its first hit is in each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from tensorboard_plugin_rlboard.board.pattern_cost import closed, pattern_cost, syntax_fault
from tensorboard_plugin_rlboard.board.run_schema import RunSession
from tensorboard_plugin_rlboard.board.sql_rows import fetch_columns
from tensorboard_plugin_rlboard.board.text_matches import (
    SHORT_PROGRAM,
    PatternCondition,
    first_piece,
    timed_pieces,
)
from tensorboard_plugin_rlboard.errors import ArgumentError
from tensorboard_plugin_rlboard.index.column_names import quoted
from tensorboard_plugin_rlboard.texts import excerpt

TEXTS = {"prompt": "prompt", "response": "response", "reference": "ref_response"}
"""What the argument `in` takes -> text column."""
_NO_LOWER = "µſςϐϑϕϖϰϱϵẛ\u1fbe\u0345ᲀᲁᲂᲃᲄᲅᲆᲇᲈ"
"""Letters that stand for another one, in any letter case, and are no capitals: `ς` for `σ`."""
_WORDS_COST = 1
"""Words take no longer than a program of one instruction, whatever their number and the text."""
_DEFAULT_TEXTS = ("response", "prompt", "reference")


@dataclass(frozen=True)
class TextSearch:
    """A search over some texts of a run, as SQL.

    Attributes:
        pattern: what is searched for; empty where nothing is.
        regex: whether it is a regular expression (RE2); else letter case does not count.
        texts: the texts as the argument `in` names them -> their SQL, in the order in which a hit is reported.
        condition: true for samples with a hit; None where nothing is searched for.
    """

    pattern: str = ""
    regex: bool = False
    texts: Mapping[str, str] = field(default_factory=dict)
    condition: PatternCondition | None = None

    @property
    def is_quick(self) -> bool:
        """Whether it is words, which take a few nanoseconds for a byte, whatever the text."""
        return not self.regex

    @property
    def hit_fields(self) -> list[str]:
        """The columns that `hits` needs of each row."""
        return [f"{column} AS {quoted('s:' + name)}" for name, column in self.texts.items()]

    def hits(
        self, session: RunSession, rows: Mapping[str, list[Any]], row_numbers: list[int]
    ) -> dict[str, list[Any]]:
        """The columns of the first hit in each row: in which text, with what stands around it, from where to where.

        Args:
            session: the run, inside the snapshot that the row numbers are of.
            rows: columns of the rows, `hit_fields` among them.
            row_numbers: the same rows.
        """
        if self.regex:
            rows = {**rows, **self._regex_hits(session, rows, row_numbers)}
        columns: dict[str, list[Any]] = {"match_in": [], "match": [], "match_start": [], "match_end": []}
        for row in range(len(rows["id"])):
            hit: tuple[str | None, str | None, int | None, int | None] = (None, None, None, None)
            for name in self.texts:
                content = rows["s:" + name][row]
                if self.regex:
                    start, end = rows["start:" + name][row] or 0, rows["end:" + name][row] or 0
                else:
                    start, end = _first_hit(content or "", self.pattern)
                if end > start:
                    hit = (name, *excerpt(content, start, end))
                    break
            for key, value in zip(columns, hit, strict=True):
                columns[key].append(value)
        return columns

    def _regex_hits(
        self, session: RunSession, rows: Mapping[str, list[Any]], row_numbers: list[int]
    ) -> dict[str, list[Any]]:
        """Columns `start:…` and `end:…` of each text: where its first hit begins and ends, in code points.

        A regular expression is the database's, which is not Python's. What stands before a hit is what is left when all
        from the hit on is taken away: brackets that capture it would take RE2 a slower way through each text.
        """
        pattern = closed(self.pattern)
        fields, values = [], []
        for name, column in self.texts.items():
            start = f"length(regexp_replace({column}, ?, ''))"
            hit = f"length(regexp_extract({column}, ?))"
            fields += [f"{start} AS {quoted('start:' + name)}", f"{start} + {hit} AS {quoted('end:' + name)}"]
            values += [tail := f"(?:{pattern})(?s:.*)", tail, pattern]
        found: dict[str, list[Any]] = {f"{end}:{name}": [] for name in self.texts for end in ("start", "end")}
        lengths = [
            sum(len(rows["s:" + name][row] or "") for name in self.texts) for row in range(len(row_numbers))
        ]
        sizes = 1 + 4 * np.asarray(lengths, np.int64)  # bytes of a character at most
        table, instructions = session.schema.table, pattern_cost(pattern).instructions
        sql = (
            f"SELECT {', '.join(fields)} FROM (SELECT unnest(?) AS place, unnest(?) AS turn) "
            f"JOIN {table} ON {table}.rowid = place ORDER BY turn"
        )
        for begin, end in timed_pieces(sizes, first_piece(instructions)):
            numbers = row_numbers[begin:end]
            part = fetch_columns(session.cursor, sql, [*values, numbers, list(range(len(numbers)))])
            for name, values_found in found.items():
                values_found.extend(part[name])
        return found


def text_search(session: RunSession, pattern: str, *, regex: bool, within: Sequence[str]) -> TextSearch:
    """A search over the texts that a run has.

    Args:
        session: the run.
        pattern: what is searched for.
        regex: whether it is a regular expression.
        within: names of texts; empty for all.

    Raises:
        ArgumentError: a text that cannot be searched, or no regular expression.
    """
    for name in within:
        if name not in TEXTS:
            raise ArgumentError(f"in={name} is not known: it takes {', '.join(TEXTS)}.")
    text_sql = session.schema.text_sql
    texts = {name: text_sql[TEXTS[name]] for name in within or _DEFAULT_TEXTS if TEXTS[name] in text_sql}
    condition = _regex_condition(session, pattern, texts) if regex else _words_condition(pattern, texts)
    return TextSearch(pattern, regex, texts, condition)


def _regex_condition(session: RunSession, pattern: str, texts: Mapping[str, str]) -> PatternCondition:
    cost = pattern_cost(pattern)
    if sentence := cost.refusal():
        raise ArgumentError(f"search={pattern[:80]} cannot be searched for: {sentence}.")
    if why := syntax_fault(session.cursor, pattern):
        raise ArgumentError(f"search={pattern[:80]} is no regular expression (RE2 syntax): {why}.")
    return _any_text("regexp_matches({}, ?)", [pattern], texts, cost.instructions)


def _words_condition(words: str, texts: Mapping[str, str]) -> PatternCondition:
    """Some words in any letter case.

    Of many, such as a pasted paragraph, RE2 may take 5 µs for a byte of a text that repeats itself: there the folded text
    is searched, at a speed that depends on neither.
    """
    searched = _escaped(words)
    if pattern_cost(searched).instructions <= SHORT_PROGRAM:
        return _any_text("regexp_matches({}, ?)", [searched], texts, _WORDS_COST)
    folded = "translate(lower({}), ?, ?)"
    alike = [_NO_LOWER, _NO_LOWER.casefold()]
    return _any_text(f"contains({folded}, {folded.format('?')})", [*alike, words, *alike], texts, _WORDS_COST)


def _any_text(
    sql: str, values: Sequence[object], texts: Mapping[str, str], instructions: int
) -> PatternCondition:
    """A condition that holds where it does for one of some texts; each has its place in `sql`."""
    either = " OR ".join(sql.format(column) for column in texts.values()) or "false"
    return PatternCondition(f"({either})", [*values] * len(texts), instructions, tuple(texts.values()))


def _escaped(text: str) -> str:
    """A regular expression for a text itself in any letter case: six times as fast as lowering every text."""
    characters = (
        character if character.isalnum() or ord(character) > 127 else f"\\x{ord(character):02x}"
        for character in text
    )
    return f"(?i){''.join(characters)}"


def _first_hit(content: str, pattern: str) -> tuple[int, int]:
    """Where a text stands first in any letter case, in code points; (0, 0) where it does not.

    Python's regular expressions take the product of both lengths for it, and hold up every other thread meanwhile.
    """
    start = _folded(content).find(_folded(pattern))
    return (start, start + len(pattern)) if start >= 0 else (0, 0)


def _folded(text: str) -> str:
    """A text without its letter case, character by character: what folds to several characters stays one."""
    whole = text.casefold()
    if len(whole) == len(text):
        return whole
    folded = {character: _folded_character(character) for character in set(text)}
    return "".join(map(folded.__getitem__, text))


def _folded_character(character: str) -> str:
    """As RE2 compares it: `ẞ` is `ß` and not `ss`."""
    found = (character.casefold(), character.lower(), character)
    return next(one for one in found if len(one) == 1)
