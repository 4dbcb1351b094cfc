"""Guesses the mapping of rows that no format recognises: which keys are prompt, response and reward of a sample.

Names say what a key may be, types confirm it. A row is taken for a sample of a training only if it has the text of a
response and something that a data set or a program's log has not: a score, a step, or values for each token. Where no
mapping is given, the reason names the lines of an rlboard.toml that open the file nevertheless.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from tensorboard_plugin_rlboard.formats.base import Format, Row
from tensorboard_plugin_rlboard.formats.generic import key_mapping
from tensorboard_plugin_rlboard.formats.generic.field_names import values_by_depth
from tensorboard_plugin_rlboard.formats.generic.key_search import KeySearch
from tensorboard_plugin_rlboard.formats.mapping import KeyMapping
from tensorboard_plugin_rlboard.formats.native import NATIVE

_MAX_LISTED_KEYS = 8


@dataclass(frozen=True)
class Guess:
    """The mapping that was guessed for a row, or why there is none.

    Attributes:
        keys: field -> key of the rows, or path of keys; empty where the row is taken for no sample.
        reason: one sentence: which keys were taken for what, or what is missing and what to write into rlboard.toml.
        toml: the text of the rlboard.toml with this mapping; without a mapping, with the keys that were found; empty
            where there is nothing to map.
    """

    keys: Mapping[str, str]
    reason: str
    toml: str

    @property
    def format(self) -> Format | None:
        """The format of such rows; None without a mapping."""
        return key_mapping.mapping_format(KeyMapping(self.keys, guessed=True)) if self.keys else None


def guess_mapping(row: Row) -> Guess:
    """Guess the mapping of a file's rows by one of them. Never raises."""
    search = KeySearch(values_by_depth(row))
    if not any(
        isinstance(value, (str, list)) for level in search.values_by_depth for _, value in level.values()
    ):
        return Guess(
            {}, f"It has no text that could be a response, as logs of metrics ({_listed_keys(row)}).", ""
        )
    search.assign_texts()
    search.assign_numbers()
    search.assign_labels()
    against = search.reason_against()
    if against:
        return Guess(
            {}, _with_remedy(against, search, row), key_mapping.mapping_toml(_keys_to_correct(search))
        )
    keys = dict(search.keys)
    order = dict.fromkeys((*key_mapping.ordered_fields(keys), *sorted(keys)))
    listed = ", ".join(f"{keys[name]} → {name.removeprefix(key_mapping.COLUMN_PREFIX)}" for name in order)
    reason = f"No known format has its keys; by their names and types it was read as {listed}."
    return Guess(
        keys, reason, key_mapping.mapping_toml(keys, "Read from the run's folder, or from one above it.")
    )


def with_guessed_step(file_format: Format, row: Row) -> Format:
    """The format of a row; a guessed one in place of our own where the step stands under another name.

    Our own format takes every row with a prompt and a response, because everything else may be missing from it. All
    samples of such a log would stand at step 0.

    Args:
        file_format: the format that recognised the row.
        row: the first row of a file.
    """
    if file_format.name != NATIVE.name or any(key in row for key in file_format.step_keys):
        return file_format
    guessed = guess_mapping(row)
    return guessed.format if guessed.format is not None and "step" in guessed.keys else file_format


def _keys_to_correct(search: KeySearch) -> dict[str, str]:
    """A mapping for the user to correct: the keys that were found, and a placeholder for a missing response."""
    keys = {
        name: key for name, key in search.keys.items() if name in {"prompt", "messages", "reward", "step"}
    }
    response = next((name for name in key_mapping.RESPONSE_FIELDS if name in search.keys), "response")
    return {**keys, response: search.keys.get(response, "the key of the response")}


def _with_remedy(against: str, search: KeySearch, row: Row) -> str:
    lines = ", ".join(
        line for line in key_mapping.mapping_toml(_keys_to_correct(search)).splitlines() if line
    )
    return f"{against} ({_listed_keys(row)}); if it holds rollouts, write into an rlboard.toml in its folder: {lines}."


def _listed_keys(row: Row) -> str:
    keys = sorted(str(key) for key in row)
    return f"its first row has the keys {', '.join(keys[:_MAX_LISTED_KEYS])}{', …' if len(keys) > _MAX_LISTED_KEYS else ''}"
