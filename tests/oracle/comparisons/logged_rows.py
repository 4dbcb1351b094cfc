"""The samples of a run that a trainer wrote, as rows for the oracle: what its index holds of each, number by number."""

from __future__ import annotations

from tensorboard_plugin_rlboard.board.board import Board
from tensorboard_plugin_rlboard.board.groups.member_sql import member_sql
from tensorboard_plugin_rlboard.index.column_names import hidden, physical, quoted

Row = dict[str, object]
_NUMBERS = ("reward", "ref_reward", "n_tokens", "n_chars", "k3_sum")
_TEXTS = ("prompt", "response", "group_id")


def logged_rows(board: Board, run: str, by: str) -> list[Row]:
    """The samples of a run in the order of the log, each with what is there of it.

    Args:
        board: has the run.
        run: its name.
        by: the text column that stands for `data_source`; empty for none.
    """
    session = board.session(run)
    have = session.run.columns
    columns = {name: name for name in ("step", "split", "attempt")}
    columns |= {name: quoted(physical("m", name)) for name in _NUMBERS if physical("m", name) in have}
    columns |= {name: quoted(physical("t", name)) for name in _TEXTS if physical("t", name) in have}
    columns |= {name: sql for name, sql in member_sql(session.schema).items() if name in _OF_ADVANTAGE}
    if "k3_count" in session.schema.stored_sums:
        columns["k3_count"] = hidden("k3_count")
    if by:
        columns["data_source"] = session.schema.text_sql[by]
    selected = ", ".join(f"{sql} AS {name}" for name, sql in columns.items())
    found = session.cursor.execute(
        f'SELECT {selected} FROM {session.schema.table} ORDER BY line_offset, file, "row"'
    ).fetchall()
    rows = [dict(zip(columns, values, strict=True)) for values in found]
    has_tokens = any(row.get("n_tokens") is not None for row in rows)
    return [_row(row, has_tokens=has_tokens) for row in rows]


_OF_ADVANTAGE = ("cut", "logged", "logged_weight", "largest_advantage")


def _row(row: Row, *, has_tokens: bool) -> Row:
    found = {name: value for name, value in row.items() if value is not None}
    tokens, characters, k3 = (found.pop(name, None) for name in ("n_tokens", "n_chars", "k3_sum"))
    found.setdefault("response", None)
    if isinstance(tokens, float | int):
        found["response_tokens"] = [None] * int(tokens)
    if not has_tokens and characters is not None:
        found["characters"] = characters
    if k3 is not None:
        found["k3"] = k3, found.pop("k3_count", 0)
    found["finish_reason"] = "length" if float(str(found.pop("cut", 0))) > 0 else "stop"
    if "logged" in found:
        found["advantage"] = found.pop("logged")
    return found
