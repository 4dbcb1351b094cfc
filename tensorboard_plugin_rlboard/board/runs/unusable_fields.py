"""Fields that were logged with values that cannot be used, which is another problem than not being logged."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from tensorboard_plugin_rlboard.formats.base import ARRAY_KEYS, NUMBER_KEYS
from tensorboard_plugin_rlboard.index.column_names import physical
from tensorboard_plugin_rlboard.index.run import RunIndex

if TYPE_CHECKING:
    import duckdb

ODD_GROUPS, GROUP = "odd_groups", "group_id"
"""The kind of problem of groups that are none, and the field that it is about, which has values all the same."""
_KINDS = ("not_a_number", "not_an_array", ODD_GROUPS)
_TOKENS = "response_tokens"


def unusable_fields(cursor: duckdb.DuckDBPyConnection, run: RunIndex) -> dict[str, str]:
    """Fields without a value although rows have something under their keys -> the reason of the first problem.

    Groups that compare nothing are among them, though they are shown as logged.

    Args:
        cursor: of the query database.
        run: the run.
    """
    wanted = {key: field for key, field in _keys_of_fields(run).items() if not _has_values(run, field)}
    if not run.problems:
        return {}
    rows = cursor.execute(
        # A reason begins with the key or the field that it is about, but of groups, which are one field.
        f"SELECT CASE kind WHEN '{ODD_GROUPS}' THEN kind ELSE split_part(reason, ' ', 1) END AS key, "
        "arg_min(reason, coalesce(line, 0)) "
        f"FROM {run.problem_table} WHERE kind IN ({', '.join('?' * len(_KINDS))}) GROUP BY key ORDER BY key",
        list(_KINDS),
    ).fetchall()
    wanted[ODD_GROUPS] = GROUP
    return {wanted[key]: reason for key, reason in rows if key in wanted}


def _keys_of_fields(run: RunIndex) -> Mapping[str, str]:
    """Key of the rows, or name of a field -> the field."""
    found = {name: name for name in (*NUMBER_KEYS, *ARRAY_KEYS, _TOKENS)}
    for file in tuple(run.files.values()):
        of_fields = {**file.format.number_keys, **file.format.array_keys, _TOKENS: file.format.token_keys}
        found |= {key: field for field, keys in of_fields.items() for key in keys}
    return found


def _has_values(run: RunIndex, field: str) -> bool:
    if field in NUMBER_KEYS:
        return physical("m", field) in run.available
    if field in ARRAY_KEYS:
        return physical("m", f"{field}_sum") in run.available
    return physical("m", "n_tokens") in run.available
