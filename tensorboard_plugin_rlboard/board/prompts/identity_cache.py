"""The identity of every prompt that was asked for, computed once for each `prompt_key`, of one text of it."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from tensorboard_plugin_rlboard.board.limits.running_question import check_stopped
from tensorboard_plugin_rlboard.board.prompts.prompt_identity import prompt_identity
from tensorboard_plugin_rlboard.index.column_names import text
from tensorboard_plugin_rlboard.metrics.segments import Bools

if TYPE_CHECKING:
    from tensorboard_plugin_rlboard.board.run_schema import RunSession

Keys = NDArray[np.uint64]
"""Prompt keys or identities as numbers: both are 16 hexadecimal digits."""
NUMBER = "CAST('0x' || prompt_key AS UBIGINT)"
"""SQL of a prompt key as a number."""
_ROWS_AT_ONCE = 500
"""Texts that are held at once."""
_KEYS_AT_ONCE = 20_000
"""Keys that one query looks for: it does not begin anew where a question is given up in the middle."""
_MAX_KEYS = 4_000_000
"""Keys that are remembered, 16 bytes each; beyond them it begins anew."""


def as_text(key: int) -> str:
    """A prompt key or an identity as the contract has it."""
    return f"{key:016x}"


_FEW_KEYS = 8
"""So many are compared one by one; to look up a million rows in a hash table takes three times as long."""


def has_key(keys: list[str]) -> tuple[str, list[object]]:
    """The condition that a row's prompt has one of these keys, and the values bound in it."""
    if 0 < len(keys) <= _FEW_KEYS:
        return f"({' OR '.join(['prompt_key = ?'] * len(keys))})", list[object](keys)
    return "prompt_key IN (SELECT unnest(CAST(? AS VARCHAR[])))", [keys]


class PromptIdentities:
    """Keeps identities by `prompt_key`, those of all runs: a key is a digest of the text, so it has one identity.

    Every method may be called from any thread.
    """

    def __init__(self) -> None:
        """Starts empty."""
        self._lock = threading.Lock()
        self._known: tuple[Keys, Keys] = np.zeros(0, np.uint64), np.zeros(0, np.uint64)

    def of(
        self, session: RunSession, keys: Keys, where: str = "true", values: tuple[object, ...] = ()
    ) -> Keys:
        """The identity of each key, uint64 [keys].

        Args:
            session: a run that has the prompts.
            keys: uint64 [keys], in any order.
            where: rows among which all of them occur, so that a few new ones are not looked for everywhere.
            values: bound in it.
        """
        found, is_known = _looked_up(self._known, keys)
        if is_known.all():
            return found
        unknown = np.unique(keys[~is_known])
        for start in range(0, len(unknown), _KEYS_AT_ONCE):
            self._add(*_read(session, unknown[start : start + _KEYS_AT_ONCE], where, values))
        found, is_known = _looked_up(self._known, keys)
        if not is_known.all():
            # Rows went while they were asked for, or too many keys were remembered: the latter is asked once more.
            late, digests = _read(session, np.unique(keys), where, values)
            digest_of = dict(zip(late.tolist(), digests.tolist(), strict=True))
            return np.asarray([digest_of.get(key, key) for key in keys.tolist()], np.uint64)
        return found

    def learn(self, keys: Keys, identities: Keys) -> None:
        """Takes over what an earlier start found; uint64 [keys] each."""
        self._add(keys, identities)

    def _add(self, keys: Keys, identities: Keys) -> None:
        with self._lock:
            known, of_known = self._known
            if len(known) + len(keys) > _MAX_KEYS:
                known, of_known = known[:0], of_known[:0]
            merged, first = np.unique(np.concatenate([known, keys]), return_index=True)
            self._known = merged, np.concatenate([of_known, identities])[first]


def _looked_up(known: tuple[Keys, Keys], keys: Keys) -> tuple[Keys, Bools]:
    """The identity of each key, and whether it is known; [keys] each."""
    have, identities = known
    if not len(have):
        return np.zeros(len(keys), np.uint64), np.zeros(len(keys), bool)
    at = np.minimum(np.searchsorted(have, keys), len(have) - 1)
    return identities[at], have[at] == keys


def _read(session: RunSession, keys: Keys, where: str, values: tuple[object, ...]) -> tuple[Keys, Keys]:
    """Keys of a run with their identities, of one text of each."""
    table, wanted = session.schema.table, keys.tolist()
    rows = (
        f"SELECT min(rowid) FROM {table} WHERE {where} AND prompt_key IS NOT NULL "
        f"AND {NUMBER} IN (SELECT unnest(CAST(? AS UBIGINT[]))) GROUP BY prompt_key"
    )
    found: list[int] = []
    identities: list[int] = []
    answer = session.cursor.execute(  # one query: row numbers are true in it
        f"SELECT {NUMBER}, {text('prompt')} FROM {table} WHERE rowid IN ({rows})", [*values, wanted]
    )
    while batch := answer.fetchmany(_ROWS_AT_ONCE):
        check_stopped()
        found += [int(key) for key, _ in batch]
        identities += [int(prompt_identity(prompt), 16) for _, prompt in batch]
    return np.asarray(found, np.uint64), np.asarray(identities, np.uint64)
