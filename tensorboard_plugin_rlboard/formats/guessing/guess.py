"""Understands rows that no format defines: what is a sample in them, and which keys are its prompt, response and reward.

Several rows of a file decide, so that a header line or a failed rollout hides nothing. They are taken for samples of a
training only if they have the text of a response and something that a data set or a program's log has not: a score, a
step, values for each token, or several responses to one prompt. Where they are not taken for samples, the reason names
the lines of an rlboard.toml that open the file nevertheless.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from tensorboard_plugin_rlboard.formats.base import Format, Row
from tensorboard_plugin_rlboard.formats.generic import key_mapping
from tensorboard_plugin_rlboard.formats.generic.fields import COLUMN_PREFIX, RESPONSE_FIELDS
from tensorboard_plugin_rlboard.formats.guessing.labels import assign_labels, assign_step
from tensorboard_plugin_rlboard.formats.guessing.not_rollouts import reason_against
from tensorboard_plugin_rlboard.formats.guessing.profile import Profile
from tensorboard_plugin_rlboard.formats.guessing.rewards import Reward
from tensorboard_plugin_rlboard.formats.guessing.roles import Roles
from tensorboard_plugin_rlboard.formats.guessing.shapes import shape_of_rows
from tensorboard_plugin_rlboard.formats.mapping import KeyMapping
from tensorboard_plugin_rlboard.formats.native import NATIVE

_MAX_LISTED_KEYS = 8
_SHOWN_NOTE = "Read from the run's folder, or from one above it."


@dataclass(frozen=True)
class Guess:
    """The mapping that was guessed for some rows, or why there is none.

    Attributes:
        keys: field -> path; empty where the rows are taken for no samples.
        reason: one sentence: which keys were taken for what, or what is missing and what to write into rlboard.toml.
        toml: the text of the rlboard.toml with this mapping; without a mapping, with the keys that were found; empty
            where there is nothing to map.
        alternatives: field -> other paths that might hold it.
        doubt: one sentence where another mapping is about as good; empty where the rows are clear.
    """

    keys: Mapping[str, str]
    reason: str
    toml: str
    alternatives: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    doubt: str = ""

    @property
    def format(self) -> Format | None:
        """The format of such rows; None without a mapping."""
        if not self.keys:
            return None
        return key_mapping.mapping_format(KeyMapping(self.keys, True, self.alternatives, self.doubt))


def guess_mapping(rows: Sequence[Row], *, is_native: bool = False) -> Guess:
    """Guess the mapping of a file by some of its rows, in their order. Never raises.

    Args:
        rows: the rows.
        is_native: whether they are known to be samples in our own words, as far as they go.
    """
    rows = [row for row in rows if row]
    shape = shape_of_rows(rows)
    samples = [shape.samples(row) for row in rows]
    profile = Profile(samples)
    if not any(column.fits(lambda value: isinstance(value, (str, list))) for column in profile):
        return Guess(
            {}, f"It has no text that could be a response, as logs of metrics ({_listed_keys(rows)}).", ""
        )
    roles = Roles(profile, is_several=max(map(len, samples), default=0) > 1)
    roles.assign_texts()
    assign_step(roles)
    roles.assign_arrays()
    reward = Reward(roles)
    assign_labels(roles)
    against = "" if is_native else reason_against(roles, reward, shape)
    if against:
        return Guess(
            {}, _with_remedy(against, roles, rows), key_mapping.mapping_toml(_keys_to_correct(roles))
        )
    return _taken(roles, reward.doubt)


def as_guessed(file_format: Format, rows: Sequence[Row]) -> Format:
    """The format of a file's rows; a mapping in place of our own where some of our fields have other names in them.

    Our own format takes every row with a prompt and a response, because everything else may be missing from it.

    Args:
        file_format: the format that recognised the rows.
        rows: rows of the file.
    """
    if file_format.name != NATIVE.name:
        return file_format
    guessed = guess_mapping(rows, is_native=True)
    has_others = any(path != name for name, path in guessed.keys.items())
    return guessed.format if guessed.format is not None and has_others else file_format


def needs_more_rows(row: Row) -> bool:
    """Whether a row in our own words has further keys whose meaning shows in several rows only."""
    guessed = guess_mapping([row], is_native=True)
    return not OWN_WORDS.issuperset(name for name, path in guessed.keys.items() if path != name)


OWN_WORDS = frozenset({"ground_truth", "ref_response", "ref_reward", "finish_reason"})
"""Fields that one row is enough for, because nothing but their words speaks for them."""


def _taken(roles: Roles, doubt: str) -> Guess:
    keys = dict(roles.keys)
    alternatives = {name: tuple(paths) for name, paths in roles.alternatives.items() if paths}
    order = dict.fromkeys((*key_mapping.ordered_fields(keys), *sorted(keys)))
    listed = ", ".join(f"{keys[name]} → {name.removeprefix(COLUMN_PREFIX)}" for name in order)
    reason = f"No known format has its keys; by their names and values it was read as {listed}."
    toml = key_mapping.mapping_toml(keys, _SHOWN_NOTE)
    return Guess(keys, reason, toml, alternatives, doubt)


def _keys_to_correct(roles: Roles) -> dict[str, str]:
    """A mapping for the user to correct: the keys that were found, and a placeholder for a missing response."""
    keys = {name: key for name, key in roles.keys.items() if name in {"prompt", "messages", "reward", "step"}}
    response = next((name for name in RESPONSE_FIELDS if name in roles.keys), "response")
    return {**keys, response: roles.keys.get(response, "the key of the response")}


def _with_remedy(against: str, roles: Roles, rows: Sequence[Row]) -> str:
    lines = ", ".join(line for line in key_mapping.mapping_toml(_keys_to_correct(roles)).splitlines() if line)
    return f"{against} ({_listed_keys(rows)}); if it holds rollouts, write into an rlboard.toml in its folder: {lines}."


def _listed_keys(rows: Sequence[Row]) -> str:
    keys = sorted(str(key) for key in (rows[0] if rows else {}))
    return f"its first row has the keys {', '.join(keys[:_MAX_LISTED_KEYS])}{', …' if len(keys) > _MAX_LISTED_KEYS else ''}"
