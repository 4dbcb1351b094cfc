"""Guesses how rows of no format are read: what is a sample in them, and which keys are its prompt, response and reward.

Several rows of a file decide, so that a header line or a failed rollout hides nothing. They are taken for samples of a
training only if they have the text of a response and something that a data set or a program's log has not: a score, a
step, values for each token, or several responses to one prompt. Where they are not taken for samples, the reason names
the lines of an rlboard.toml that open the file nevertheless.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from tensorboard_plugin_rlboard.formats.base import ARRAY_KEYS, Format, Row
from tensorboard_plugin_rlboard.formats.evidence.field_roles import FieldRoles
from tensorboard_plugin_rlboard.formats.evidence.number_texts import read_texts
from tensorboard_plugin_rlboard.formats.evidence.profile import Profile
from tensorboard_plugin_rlboard.formats.evidence.prompt_repeats import rows_repeat_prompts
from tensorboard_plugin_rlboard.formats.evidence.token_roles import assign_token_count, doubt_of_single_values
from tensorboard_plugin_rlboard.formats.evidence.value_types import is_number
from tensorboard_plugin_rlboard.formats.generic import key_mapping
from tensorboard_plugin_rlboard.formats.generic.fields import (
    COLUMN_PREFIX,
    FIELDS,
    LISTS,
    MEMBERS,
    NUMBERED,
    RESPONSE_FIELDS,
)
from tensorboard_plugin_rlboard.formats.generic.key_paths import EITHER, ENTRIES
from tensorboard_plugin_rlboard.formats.generic.nested_groups import path_from_row
from tensorboard_plugin_rlboard.formats.generic.text_turns import field_of_lists
from tensorboard_plugin_rlboard.formats.generic.turns import is_conversation_text
from tensorboard_plugin_rlboard.formats.guessing.combined_texts import cut_prompt
from tensorboard_plugin_rlboard.formats.guessing.groups import doubt_of_lists, groups_of_rows
from tensorboard_plugin_rlboard.formats.guessing.labels import assign_labels
from tensorboard_plugin_rlboard.formats.guessing.not_rollouts import (
    reason_against,
    reason_against_own_words,
)
from tensorboard_plugin_rlboard.formats.guessing.remedies import keys_to_correct, listed_keys, with_remedy
from tensorboard_plugin_rlboard.formats.guessing.rewards import Reward
from tensorboard_plugin_rlboard.formats.guessing.shapes import Shape, shape_of_rows
from tensorboard_plugin_rlboard.formats.guessing.steps import assign_step, is_plain_step
from tensorboard_plugin_rlboard.formats.guessing.texts import assign_texts
from tensorboard_plugin_rlboard.formats.mapping import KeyMapping
from tensorboard_plugin_rlboard.formats.native import NATIVE, is_complete
from tensorboard_plugin_rlboard.words import plain

_MAX_MAPPED = 60
_FIELDS_BY_NAME_ALONE = frozenset({"ground_truth", "ref_response", "ref_reward", "finish_reason"})
_NOT_OURS = frozenset({"response_token_ids", "training"})
"""Fields that our own format does not read, whatever they are called."""
_TURNS_NOTE = "its texts are the turns of one response"
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
        notes: field -> what is made of its values, where they are not taken as they are.
        is_refused: whether they look like something else than rollouts.
    """

    keys: Mapping[str, str]
    reason: str
    toml: str
    alternatives: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    doubt: str = ""
    notes: Mapping[str, str] = field(default_factory=dict)
    is_refused: bool = False

    @property
    def format(self) -> Format | None:
        """The format of such rows; None without a mapping."""
        if not self.keys:
            return None
        return key_mapping.mapping_format(
            KeyMapping(self.keys, True, self.alternatives, self.doubt, self.notes)
        )


def guess_mapping(rows: Sequence[Row], *, is_native: bool = False) -> Guess:
    """Guess the mapping of a file by some of its rows, in their order. Never raises.

    Args:
        rows: the rows.
        is_native: whether they are known to be samples in our own words, as far as they go.
    """
    rows = [row for row in rows if row]
    groups = None if is_native else _guess_of_groups(rows)
    return groups or _guess_of_rows(rows, is_native=is_native)


def _guess_of_groups(rows: Sequence[Row]) -> Guess | None:
    """The mapping of rows that hold several groups each; None where they do not, or a group says no prompt and reward."""
    lists, groups = groups_of_rows(rows)
    if not groups:
        return None
    guess = _guess_of_rows(groups)
    if ENTRIES not in guess.keys.get("reward", "") or not {"prompt", "messages"} & guess.keys.keys():
        return None
    keys = {name: path_from_row(path, lists) for name, path in guess.keys.items()}
    others = {
        name: tuple(path_from_row(path, lists) for path in paths)
        for name, paths in guess.alternatives.items()
    }
    return _taken(keys, others, guess.notes, guess.doubt)


def _guess_of_rows(rows: Sequence[Row], *, is_native: bool = False) -> Guess:
    """The mapping of rows that hold one group or one sample each."""
    shape, telling = shape_of_rows(
        rows
    )  # a header line or a failed rollout tells nothing of what the others mean
    samples = [shape.samples(row) for row in telling]
    profile = Profile(samples)
    if not any(column.fits(lambda value: isinstance(value, (str, list))) for column in profile):
        return Guess(
            {},
            f"It has no text that could be a response, as logs of metrics (its first row has the keys {listed_keys(rows)}).",
            "",
        )
    roles = FieldRoles(profile, is_several=max(map(len, samples), default=0) > 1)
    doubt_of_response = assign_texts(roles)
    doubt_of_step = assign_step(roles)
    roles.assign_arrays()
    assign_token_count(roles)
    reward = Reward(roles)
    doubt_of_split = assign_labels(roles)
    prompts = roles.column("prompt")
    if prompts is not None and prompts.fits(is_conversation_text):
        roles.keys.setdefault("messages", roles.keys.pop("prompt"))
    if "response" in roles.keys and (name := field_of_lists(telling)):
        roles.keys[name] = roles.keys.pop("response")
        roles.notes |= {name: _TURNS_NOTE} if name == "messages" else {}
    if shape.kind in {LISTS, NUMBERED, MEMBERS}:
        _add_columns(roles, shape)
    doubt_of_numbers = read_texts(roles)
    share = _share(roles, telling, rows)
    doubt_of_texts = cut_prompt(roles) or doubt_of_single_values(roles)
    against = (
        reason_against_own_words(roles, reward) if is_native else reason_against(roles, reward, shape, share)
    )
    if against:
        return Guess(
            {},
            with_remedy(against, roles, rows),
            key_mapping.mapping_toml(keys_to_correct(roles)),
            is_refused=True,
        )
    others = {
        name: tuple(path for path in paths if path != roles.keys.get(name))
        for name, paths in roles.alternatives.items()
    }
    others = {name: paths for name, paths in others.items() if paths}
    doubt_of_shape = doubt_of_lists(telling, roles.keys.get("response", "")) if shape.kind == MEMBERS else ""
    doubts = (
        reward.doubt,
        doubt_of_numbers,
        doubt_of_step,
        doubt_of_response,
        doubt_of_texts,
        doubt_of_split,
    )
    return _taken(dict(roles.keys), others, roles.notes, " ".join(filter(None, (*doubts, doubt_of_shape))))


def as_guessed(file_format: Format, rows: Sequence[Row]) -> tuple[Format | None, str]:
    """The format of a file's rows; a mapping in place of our own where some of our fields have other names in them.

    Our own format takes every row with a prompt and a response, because everything else may be missing from it.

    Args:
        file_format: the format that recognised the rows.
        rows: rows of the file.

    Returns:
        The format, or None and one sentence that says why the rows are no rollouts after all.
    """
    if file_format.name != NATIVE.name:
        return file_format, ""
    if all(map(_is_plainly_ours, rows)) and not rows_repeat_prompts(rows):
        return file_format, ""
    guessed = guess_mapping(rows, is_native=True)
    if guessed.is_refused:
        return None, guessed.reason
    has_others = any(path != name or name in _NOT_OURS for name, path in guessed.keys.items())
    names_step = "step" not in guessed.keys and bool(guessed.alternatives.get("step"))
    is_said = bool(guessed.notes or guessed.doubt) or names_step
    return guessed.format if has_others or is_said else file_format, ""


def _is_plainly_ours(row: Row) -> bool:
    """Whether a row has all that tells a sample and nothing else, so that nothing is left to guess."""
    is_single = any(isinstance(one := row.get(key), list) and len(one) == 1 for key in ARRAY_KEYS)
    is_chat = str(row.get("prompt")).startswith("[{") and is_conversation_text(row["prompt"])
    return (
        is_complete(row)
        and is_plain_step(row["step"])
        and row.keys() <= NATIVE.read_keys
        and not (is_chat or is_single)
    )


def is_certain_from_one_row(file_format: Format) -> bool:
    """Whether more rows could not change a guess, because it rests on the names of keys only."""
    keys = {} if file_format.mapping is None else file_format.mapping.keys
    return _FIELDS_BY_NAME_ALONE.issuperset(name for name, path in keys.items() if path != name)


def _share(roles: FieldRoles, telling: Sequence[Row], rows: Sequence[Row]) -> float:
    """The share of a file's rows that have a response, failed rollouts left out: these have its key and nothing there."""
    paths = [roles.keys[name] for name in RESPONSE_FIELDS if name in roles.keys]
    keys = {path.partition(ENTRIES)[0] for either in paths for path in either.split(EITHER)}
    failed = sum(any(key in row and not row[key] for key in keys) for row in rows)
    return len(telling) / max(1, len(rows) - failed)


def _add_columns(roles: FieldRoles, shape: Shape) -> None:
    """Make columns of further lists that have an entry for each sample of a row."""
    used = {path for paths in roles.keys.values() for path in paths.split(EITHER)}
    for column in list(roles.profile):
        path, is_object = column.path, column.fits(lambda value: isinstance(value, dict))
        if (
            not column.place.of_each
            or column.place.depth > 1
            or path in used
            or is_object
            or not column.values
            or (shape.kind == MEMBERS and path.startswith(f"{shape.base}{ENTRIES}"))  # kept as it is
        ):
            continue
        is_advantage = plain(column.place.name) == "advantage" and column.fits(is_number)
        name = "advantage" if is_advantage else column.place.name
        if name not in FIELDS and len(roles.keys) < _MAX_MAPPED:
            roles.keys.setdefault(f"{COLUMN_PREFIX}{name}", path)


def _taken(
    keys: Mapping[str, str],
    alternatives: Mapping[str, tuple[str, ...]],
    notes: Mapping[str, str],
    doubt: str,
) -> Guess:
    order = dict.fromkeys((*key_mapping.ordered_fields(keys), *sorted(keys)))
    listed = ", ".join(f"{keys[name]} → {name.removeprefix(COLUMN_PREFIX)}" for name in order if keys[name])
    reason = f"No known format has its keys; by their names and values it was read as {listed}."
    toml = key_mapping.mapping_toml(keys, _SHOWN_NOTE)
    return Guess(keys, reason, toml, alternatives, doubt, notes)
