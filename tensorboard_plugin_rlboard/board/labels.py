"""The values of a text column that tells kinds of samples apart, such as data_source: as codes, a bounded number of them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from tensorboard_plugin_rlboard.board.missing_column import missing_column_error
from tensorboard_plugin_rlboard.errors import ArgumentError
from tensorboard_plugin_rlboard.metrics.segments import Ints

if TYPE_CHECKING:
    from tensorboard_plugin_rlboard.board.run_schema import RunSchema, RunSession

MAX_LABELS = 1000
"""Values of a text column by which prompts can be told apart: more are no kinds of prompts."""
_MAX_LABEL_LENGTH = 200
_ROWS_SAMPLED = 200_000
"""Rows of a run by which columns are told that are of its prompts."""
FREE_TEXT_COLUMNS = ("prompt", "response", "ref_response")
"""Texts that are no kind of anything: each sample has its own."""


_PER_SAMPLE_FIELDS = {*FREE_TEXT_COLUMNS, "ground_truth", "group_id"}
"""Texts that are not proposed: a group has one step, and each prompt an answer of its own."""


class TooManyKindsError(ArgumentError):
    """A text column has so many values that they are no kinds of prompts."""


def checked_column(session: RunSession, by: str) -> str:
    """A text column that somebody named, which tells kinds of prompts apart; empty for none.

    Raises:
        ArgumentError: the run has no such text column, or it holds the prompts or responses themselves.
        StoppedError: it has none yet, but is still being read.
    """
    if by and (by not in session.schema.text_sql or by in FREE_TEXT_COLUMNS):
        raise no_such_kinds_error(session, by, of_prompts=True)
    return by


def no_such_kinds_error(session: RunSession, by: str, *, of_prompts: bool = False) -> Exception:
    """The error for a column that tells no kinds apart; it names the columns that do.

    Args:
        session: the run.
        by: what was named.
        of_prompts: whether it has to be a kind of prompts: how a response ended is none.
    """
    names = _suitable_columns(session)
    fitting = ", ".join(_constant_per_prompt(session, names) if of_prompts else names)
    unknown = (
        f"by={by[:60]} is no text that tells kinds of samples apart in run {session.run.name}. "
        f"{f'Name one of these: {fitting}' if fitting else 'It has none: log one such as data_source with each sample'}."
    )
    return missing_column_error(session.run, session.schema, by, ArgumentError(unknown))


def _suitable_columns(session: RunSession) -> list[str]:
    """The text columns that tell kinds apart: those with few values, by an estimate within some percent."""
    names = [name for name in session.schema.texts if name not in _PER_SAMPLE_FIELDS]
    if not names:
        return []
    counts = ", ".join(f"approx_count_distinct({label_sql(session.schema, name)})" for name in names)
    found = session.cursor.execute(f"SELECT {counts} FROM {session.schema.table}").fetchall()[0]
    return [name for name, values in zip(names, found, strict=True) if values <= MAX_LABELS]


def _constant_per_prompt(session: RunSession, names: Sequence[str]) -> list[str]:
    """Those of some text columns that have one value for all responses to a prompt, judged by the first rows of the run."""
    if not names or "prompt" not in session.schema.texts:
        return [*names]
    values = [label_sql(session.schema, name) for name in names]
    differ = ", ".join(
        f"min({value}) IS DISTINCT FROM max({value}) AS d{at}" for at, value in enumerate(values)
    )
    any_differ = ", ".join(f"coalesce(bool_or(d{at}), false)" for at in range(len(values)))
    found = session.cursor.execute(
        f"SELECT {any_differ} FROM (SELECT {differ} FROM {session.schema.table} "
        f"WHERE rowid < {_ROWS_SAMPLED} AND prompt_key IS NOT NULL GROUP BY prompt_key)"
    ).fetchall()[0]
    return [name for name, several in zip(names, found, strict=True) if not several]


def label_sql(schema: RunSchema, by: str) -> str:
    """SQL of a sample's value of a text column, as far as values are told apart."""
    return f"left({schema.text_sql[by]}, {_MAX_LABEL_LENGTH})"


class Labels:
    """Codes for the values of a text column; -1 for none."""

    def __init__(self, texts: Sequence[str] = ()) -> None:
        """Begins with these values, whose codes are their places."""
        self.texts: list[str] = [*texts]
        self._codes: dict[str | None, int] = {None: -1} | {text: code for code, text in enumerate(texts)}

    def codes(self, column: str, values: Sequence[str | None]) -> Ints:
        """The code of each value, int64; new values get the next ones.

        Raises:
            TooManyKindsError: there are too many.
        """
        for value in dict.fromkeys(values):
            if value not in self._codes and value is not None:
                self._codes[value] = len(self.texts)
                self.texts.append(value)
        if len(self.texts) > MAX_LABELS:
            raise TooManyKindsError(
                f"by={column} has more than {MAX_LABELS:,} values, which are no kinds of prompts: "
                "name a column with fewer, or none."
            )
        return np.asarray([self._codes[value] for value in values], np.int64)

    def ranks(self, codes: Ints) -> Ints:
        """The place of each code's text in their order, what has none behind all."""
        order = sorted(range(len(self.texts)), key=self.texts.__getitem__)
        rank = np.empty(len(order) + 1, np.int64)
        rank[[*order, -1]] = range(len(order) + 1)
        result: Ints = rank[codes]
        return result
