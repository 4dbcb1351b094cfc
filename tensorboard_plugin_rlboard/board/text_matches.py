"""Finds the samples whose texts match a regular expression, in pieces that each take little time.

The database hears an interrupt between rows at best, and one row may take seconds: a text is looked at whole. So what
one text can cost is bounded before anything starts, and rows go in pieces of about `PIECE_SECONDS`, each as large as the
speed of those before it allows. Between two pieces a question that nobody waits for ends.
"""

from __future__ import annotations

import itertools
import math
import time
import weakref
from collections.abc import Callable, Hashable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from tensorboard_plugin_rlboard.board.limits.running_question import check_stopped
from tensorboard_plugin_rlboard.board.lru_cache import LruCache
from tensorboard_plugin_rlboard.board.run_schema import RunSession
from tensorboard_plugin_rlboard.errors import ArgumentError
from tensorboard_plugin_rlboard.metrics.segments import Ints
from tensorboard_plugin_rlboard.texts import plural

PIECE_SECONDS = 0.06
MAX_WORK = 150_000_000
"""Instructions times bytes of one text: about a second where every instruction is looked at for every byte (7 ns)."""
MAX_SHORT_WORK = 10**9
"""The same of a short program, which takes so long for nothing but a text that is made for it, and else 3 ns for a byte."""
_SECONDS_PER_INSTRUCTION_AND_BYTE = 7e-9
"""Of an instruction and a byte; 70 µs a byte were measured with 9,900 instructions."""
SHORT_PROGRAM = 200
"""Instructions of a short program. Where the lines of a run are short as well, texts are not measured: that reads them all."""
_FIRST_ROWS = 16
_GROWTH = 8
_CACHE_BYTES = 16_000_000
_numbers = itertools.count()
_cache: LruCache[Ints] = LruCache(_CACHE_BYTES, lambda places: places.nbytes + 1000)
"""Row numbers of the last searches: the next page of a list, its curves and its histogram are of the same search."""


@dataclass(frozen=True)
class PatternCondition:
    """A condition that looks for regular expressions in texts of a sample.

    Attributes:
        sql: a truth value for each sample.
        values: the values bound in it.
        instructions: how long a program its expressions are.
        texts: SQL of the texts that it looks at.
        needs_groups: whether it speaks of metrics that are computed over the group.
    """

    sql: str
    values: Sequence[object]
    instructions: int
    texts: Sequence[str]
    needs_groups: bool = False


def timed_pieces(
    sizes: Ints,
    first: float,
    clock: Callable[[], float] = time.monotonic,
    processor: Callable[[], float] = time.process_time,
) -> Iterator[tuple[int, int]]:
    """Cuts rows into pieces that each take about `PIECE_SECONDS`, by the time that the one before it took.

    Where others keep the processor busy, a piece waits most of its time: it is not made smaller for that, or a search costs
    several times the work while everybody waits. What this process has computed meanwhile is what a piece took at most.

    Args:
        sizes: what each row takes, in any unit, at least 1; int64 [rows].
        first: what the first piece may take, in the same unit.
        clock: seconds.
        processor: seconds of computing, of all threads of this process.

    Yields:
        First row of a piece, and the one behind its last.

    Raises:
        StoppedError: the question was given up.
    """
    ends, begin, allowed = np.cumsum(sizes), 0, first
    while begin < len(sizes):
        searched_rows = int(ends[begin - 1]) if begin else 0
        end = max(begin + 1, int(np.searchsorted(ends, searched_rows + allowed, side="right")))
        started, computed = clock(), processor()
        yield begin, end
        check_stopped()
        work = int(ends[end - 1]) - searched_rows
        took = min(clock() - started, processor() - computed)
        allowed = work * min(_GROWTH, PIECE_SECONDS / max(took, 1e-6))
        begin = end


def first_piece(instructions: int) -> float:
    """How many bytes of text a program gets through in `PIECE_SECONDS` at worst."""
    return PIECE_SECONDS / (_SECONDS_PER_INSTRUCTION_AND_BYTE * max(1, instructions))


def matching_rows(
    session: RunSession,
    table_sql: str,
    where: str,
    values: Sequence[object],
    patterns: Sequence[PatternCondition],
) -> str:
    """Finds the samples of a relation that meet conditions on texts.

    Args:
        session: the run, within a snapshot: row numbers are true in it only.
        table_sql: a table or subquery, as it stands behind FROM; it has the group metrics if a condition needs them.
        where: what stands behind WHERE, as far as it looks for no pattern.
        values: the values bound in both, in order.
        patterns: what has to hold beside it.

    Returns:
        A temporary table with the row numbers in the column `place`.

    Raises:
        ArgumentError: a text is too long for the patterns.
        StoppedError: the question was given up.
    """
    found = f"found_{next(_numbers)}"
    session.cursor.execute(f"CREATE TEMP TABLE {found} (place BIGINT)")
    key = _key(session, table_sql, where, values, patterns)
    cached = _cache.get(key)
    if cached is not None:
        session.cursor.register(f"kept_{found}", {"place": cached})
        session.cursor.execute(f"INSERT INTO {found} FROM kept_{found}")
        session.cursor.unregister(f"kept_{found}")
        return found
    _search(session, found, table_sql, where, values, patterns)
    places = session.cursor.execute(f"SELECT place FROM {found}").fetchnumpy()["place"]
    _cache.put(key, np.asarray(places, np.int64))
    return found


def _key(
    session: RunSession,
    table_sql: str,
    where: str,
    values: Sequence[object],
    patterns: Sequence[PatternCondition],
) -> Hashable:
    """The cache key of row numbers: the question, and the rows as this snapshot has them."""
    run, table = session.run, session.schema.table
    state = session.cursor.execute(f"SELECT count(*), min(rowid), max(rowid) FROM {table}").fetchall()
    asked = repr((table_sql, where, values, [(pattern.sql, pattern.values) for pattern in patterns]))
    return weakref.ref(run), run.version, repr(state), asked


def _search(
    session: RunSession,
    found: str,
    table_sql: str,
    where: str,
    values: Sequence[object],
    patterns: Sequence[PatternCondition],
) -> None:
    """Searches, as `matching_rows`, into a table that is there."""
    table, execute = session.schema.table, session.cursor.execute
    candidates = f"candidates_{found}"
    instructions = sum(pattern.instructions for pattern in patterns)
    limit = MAX_SHORT_WORK if instructions <= SHORT_PROGRAM else MAX_WORK
    longest = longest_text(session) if instructions <= SHORT_PROGRAM else math.inf
    is_quick = longest * instructions <= limit
    needs_groups = any(pattern.needs_groups for pattern in patterns)
    bound = [value for pattern in patterns for value in pattern.values]
    alone = " AND ".join(pattern.sql for pattern in patterns)
    if is_quick and table_sql == table:
        # Neither texts nor rows are looked at beforehand: gathering a million rows takes longer than such a pattern.
        first, last = execute(f"SELECT min(rowid), max(rowid) FROM {table} WHERE {where}", values).fetchall()[
            0
        ]
        every = np.ones(0 if first is None else last + 1 - first, np.int64)
        ranged = f"INSERT INTO {found} SELECT rowid FROM {table} WHERE rowid BETWEEN ? AND ? AND {where} AND {alone}"
        for begin, end in timed_pieces(every, max(_FIRST_ROWS, first_piece(instructions) / max(1, longest))):
            execute(ranged, [first + begin, first + end - 1, *values, *bound])
        return
    names = sorted(session.schema.computed_group_metrics) if needs_groups else []
    columns = ", ".join(("rowid AS place", *names))
    execute(f"CREATE TEMP TABLE {candidates} AS SELECT {columns} FROM {table_sql} WHERE {where}", values)
    texts = dict.fromkeys(sql for pattern in patterns for sql in pattern.texts)
    place, sizes = _measured(session, candidates, () if is_quick else tuple(texts))
    if not is_quick and len(place) and int(sizes.max()) * instructions > limit:
        raise ArgumentError(_too_long(int(sizes.max()), instructions, limit))
    # The condition names both tables, so that it is tried on rows that are in both, and on no other row in between.
    both = " AND ".join(f"(CASE WHEN place >= 0 THEN {pattern.sql} END)" for pattern in patterns)
    joined = (
        f"INSERT INTO {found} SELECT place FROM {candidates} JOIN {table} ON place = {table}.rowid "
        f"WHERE place BETWEEN ? AND ? AND {table}.rowid BETWEEN ? AND ? AND "
    )
    whole = f"INSERT INTO {found} SELECT rowid FROM {table} WHERE rowid BETWEEN ? AND ? AND "
    for begin, end in timed_pieces(sizes, _FIRST_ROWS if is_quick else first_piece(instructions)):
        ends = [int(place[begin]), int(place[end - 1])]
        if ends[1] - ends[0] == end - 1 - begin and not needs_groups:  # there is no row in between
            execute(whole + alone, [*ends, *bound])
        else:
            execute(joined + both, [*ends, *ends, *bound])


def longest_text(session: RunSession) -> float:
    """Bytes that a text of the run has at most, known at once: those of its longest line.

    Infinite where texts are joined, which stand in other lines.
    """
    if session.run.joined:
        return math.inf
    longest = session.cursor.execute(f"SELECT max(line_length) FROM {session.schema.table}").fetchall()[0][0]
    return int(longest or 0)


def _measured(session: RunSession, candidates: str, texts: Sequence[str]) -> tuple[Ints, Ints]:
    """The row numbers of a table in their order, and the bytes of their texts; 1 each where no texts are named."""
    if not texts:
        # NumPy sorts in a moment what nearly is in order.
        found = session.cursor.execute(f"SELECT place FROM {candidates}").fetchnumpy()["place"]
        place = np.sort(np.asarray(found, np.int64))
        return place, np.ones(len(place), np.int64)
    size = "1" + "".join(f" + coalesce(strlen({sql}), 0)" for sql in texts)
    rows = session.cursor.execute(
        f"SELECT place, CAST({size} AS BIGINT) AS size FROM {candidates} "
        f"JOIN {session.schema.table} ON place = {session.schema.table}.rowid ORDER BY place"
    ).fetchnumpy()
    return np.asarray(rows["place"], np.int64), np.asarray(rows["size"], np.int64)


def _too_long(size: int, instructions: int, limit: int) -> str:
    return (
        f"One of these samples has texts of {size:,} bytes, too long for a pattern that becomes a program of about "
        f"{instructions:,} instructions: narrow the steps, or take a pattern with shorter repetitions (at most "
        f"{limit // size:,} {plural(limit // size, 'instruction', 'instructions')})."
    )
