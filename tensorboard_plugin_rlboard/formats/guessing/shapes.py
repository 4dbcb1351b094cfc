"""The shape of rows: a sample, an object with several of them, or an episode; and the samples in them.

A row may hold its samples as a list of objects (`rollouts`), as parallel lists (`completions`, `rewards`) or in numbered
keys (`output_1`, `score_1`). Of each sample that a row holds, `Shape.samples` gives the values by path, so that whoever
looks for fields sees samples only.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TypeGuard

from tensorboard_plugin_rlboard import words
from tensorboard_plugin_rlboard.formats.base import Row
from tensorboard_plugin_rlboard.formats.conversations.messages import as_messages
from tensorboard_plugin_rlboard.formats.evidence.value_types import (
    is_number,
    is_text,
    is_text_list,
    is_token_id_list,
)
from tensorboard_plugin_rlboard.formats.generic.fields import LISTS, MEMBERS, NUMBERED, SAMPLE, TURNS
from tensorboard_plugin_rlboard.formats.generic.key_paths import ENTRIES, LETTERS, numbered_paths, numbers_of
from tensorboard_plugin_rlboard.formats.generic.named_members import with_lists
from tensorboard_plugin_rlboard.formats.generic.row_values import Place, values_of
from tensorboard_plugin_rlboard.formats.generic.text_turns import as_history, with_joined_texts
from tensorboard_plugin_rlboard.formats.generic.turns import as_conversation, is_episode
from tensorboard_plugin_rlboard.words import plain, snake_case

_MAX_SAMPLES = 8
"""Samples of one row that are looked at."""
_STRONG = frozenset(map(plain, map(snake_case, words.RESPONSE)))
_WEAK = frozenset(plain(snake_case(word)) for word in words.WEAK_RESPONSE)
_CONVERSATION = frozenset(plain(snake_case(word)) for word in words.CONVERSATION)
_TOKENS = frozenset(plain(snake_case(word)) for word in (*words.TOKEN_STRINGS, *words.TOKEN_IDS))
_MEMBERS = frozenset(plain(snake_case(word)) for word in words.MEMBERS)
_PROMPT_TOKENS = frozenset(plain(snake_case(word)) for word in words.PROMPT_TOKEN_IDS)
_ROLLOUTS = _STRONG | {plain(word) for word in ("rollouts", "trajectories", "generations", "group")}
_PROMPT = frozenset(plain(snake_case(word)) for word in (*words.PROMPT, *words.WEAK_PROMPT, *words.TASK))


@dataclass(frozen=True)
class Shape:
    """The shape of the rows of a file.

    Attributes:
        kind: one of `fields.SHAPES`.
        base: path of the list of rollouts, of the list with the responses, or the numbered key of the responses; empty
            where each row is a sample.
    """

    kind: str = SAMPLE
    base: str = ""

    def samples(self, row: Row) -> list[dict[Place, object]]:
        """The values of the samples of a row, of its first ones where it has many; one sample where it has none."""
        row = with_joined_texts(with_lists(row, _is_agent))
        shared = values_of(row)
        if self.kind == MEMBERS:
            return _members(shared, self.base) or [shared]
        if self.kind == LISTS:
            return _entries(shared, self.base) or [shared]
        return (_numbered(shared, row, self.base) or [shared]) if self.kind == NUMBERED else [shared]


def shape_of_rows(rows: Sequence[Row]) -> tuple[Shape, list[Row]]:
    """The shape of most rows, and the rows that have it; a sample, and all of them, where none of them tells."""
    shapes = [shape_of_row(row) for row in rows]
    votes = Counter(shape for shape in shapes if shape is not None)
    if not votes:
        return Shape(), list(rows)
    most = max(votes.values())
    chosen = next(shape for shape in votes if votes[shape] == most)
    return chosen, [row for row, shape in zip(rows, shapes, strict=True) if shape == chosen]


def shape_of_row(row: Row) -> Shape | None:
    """The shape that a row has; None where it has neither a response nor several."""
    row = with_joined_texts(with_lists(row, _is_agent))
    shared = values_of(row)
    top = [(place, value) for place, value in shared.items() if place.depth == 0]
    if any(plain(place.name) in _STRONG and is_text(value) and value for place, value in top):
        return Shape()
    found = next(_several(shared, row), None)
    if found is not None and not (_is_scored_answer(top) and _may_be_parts(found)):
        return found
    for place, value in shared.items():
        name = plain(place.name)
        if place.name in words.EPISODE and is_episode(value):
            return Shape(TURNS, place.path)
        if name in _STRONG | _WEAK and is_text(value):
            return Shape()
        if (name in _STRONG and as_conversation(value)) or (name in _CONVERSATION and as_history(value)):
            return Shape()
        if name in _TOKENS and (is_text_list(value) or is_token_id_list(value)):
            return Shape()
    return None


def _is_scored_answer(top: Sequence[tuple[Place, object]]) -> bool:
    """Whether a row is a prompt, an answer and one reward itself, so that lists in it are parts of its task."""
    has_reward = any(plain(place.name) == "reward" and is_number(value) for place, value in top)
    names = {plain(place.name) for place, value in top if is_text(value) and value}
    return has_reward and bool(names & _WEAK) and bool(names & _PROMPT)


def _may_be_parts(shape: Shape) -> bool:
    """Whether a list may be the choices, examples, tests or documents of a task, by its name."""
    return plain(snake_case(shape.base.rpartition(".")[2])) not in _ROLLOUTS


def _several(shared: Mapping[Place, object], row: Row) -> Iterator[Shape]:
    """The shapes under which a row holds several samples, the likeliest first."""
    for place, value in shared.items():
        if (place.depth < 2 or place.name == "choices") and _is_members(place, value):
            yield Shape(MEMBERS, place.path)
    lists = [(place, value) for place, value in shared.items() if place.depth < 2 and isinstance(value, list)]
    for accepted in (_STRONG, _CONVERSATION, _WEAK, _TOKENS):
        for place, value in lists:
            if plain(place.name) in accepted and _is_response_list(value, accepted, lists):
                yield Shape(LISTS, place.path)
    for name, count in Counter(numbered_paths(row)).items():
        if count > 1 and _is_numbered_response(name, row):
            yield Shape(NUMBERED, name)


def _is_numbered_response(path: str, row: Row) -> bool:
    """Whether numbered keys hold responses, or conversations with one; the answers a to d are the choices of a question."""
    word, keys = plain(name_of_numbered(path)), numbers_of(row, path)
    if word in _CONVERSATION:
        return all(as_conversation(row[key]) is not None for key in keys.values())
    return word in _STRONG or (word in _WEAK and min(keys, default=0) < LETTERS)


def _is_members(place: Place, value: object) -> bool:
    """Whether a value is a list of objects of which each has a response."""
    first = value[:_MAX_SAMPLES] if isinstance(value, list) else []
    if not first or not all(isinstance(item, dict) for item in first):
        return False
    name = plain(place.name)
    if (as_messages(value) is not None and "message" not in first[0]) or place.name in words.EPISODE:
        return False
    if name in _CONVERSATION and as_conversation(value) is None and as_history(value) is not None:
        return False  # objects whose keys are speakers
    return any(_has_response(item, named=name in _MEMBERS | _STRONG) for item in first)


def _has_response(item: Mapping[str, object], *, named: bool) -> bool:
    """Whether an object in a list has a response; `named` says that the list is called as lists of rollouts are."""
    for place, value in values_of(item).items():
        name = plain(place.name)
        if name in _STRONG and (is_text(value) or as_conversation(value) is not None):
            return True
        if named and name in _WEAK and is_text(value):
            return True
        if (name in _CONVERSATION or place.name in words.EPISODE) and as_conversation(value) is not None:
            return True
        if name in _TOKENS and (is_text_list(value) or is_token_id_list(value)):
            return True
    return False


def _is_agent(item: Mapping[str, object]) -> bool:
    return _has_response(item, named=True)


def _is_response_list(value: object, accepted: frozenset[str], lists: Sequence[tuple[Place, object]]) -> bool:
    """Whether a list holds responses, and not the tokens of one, the answers of a data set or a conversation."""
    if not isinstance(value, list) or not value:
        return False
    entries = value[:_MAX_SAMPLES]
    if accepted is _TOKENS:
        return all(is_text_list(entry) or is_token_id_list(entry) for entry in entries)
    if all(as_conversation(entry) is not None for entry in entries):
        return True
    if accepted is _CONVERSATION or not all(entry is None or is_text(entry) for entry in entries):
        return False
    return accepted is _STRONG or any(len(other) == len(value) and _is_scores(other) for _, other in lists)  # type: ignore[arg-type]  # lists holds lists


def _is_scores(value: object) -> bool:
    return isinstance(value, list) and all(
        isinstance(entry, (bool, int, float)) or entry is None for entry in value[:_MAX_SAMPLES]
    )


def _members(shared: Mapping[Place, object], base: str) -> list[dict[Place, object]]:
    value = next((value for place, value in shared.items() if place.path == base), None)
    if not isinstance(value, list):
        return []
    beside = {place: found for place, found in shared.items() if place.path != base}
    split = {place: found for place, found in beside.items() if _is_of_members(found, place, len(value))}
    around = {place: found for place, found in beside.items() if place not in split}
    return [
        values_of(item, f"{base}{ENTRIES}.", of_each=True)
        | {_each(place, f"{place.path}{ENTRIES}"): found[at] for place, found in split.items()}
        | around
        for at, item in enumerate(value[:_MAX_SAMPLES])
        if isinstance(item, dict)
    ]


def _is_of_members(value: object, place: Place, count: int) -> TypeGuard[list[object]]:
    """Whether a list beside several rollouts holds one value for each of them, and not the tokens of their prompt."""
    if not isinstance(value, list) or len(value) != count or as_messages(value) is not None:
        return False
    of_tokens = plain(place.name) in _TOKENS | _PROMPT_TOKENS
    return not of_tokens or all(isinstance(entry, list) for entry in value)


def _entries(shared: Mapping[Place, object], base: str) -> list[dict[Place, object]]:
    """Of each sample of a row of parallel lists, its entries; and the values that are for all of them."""
    lists = {place: value for place, value in shared.items() if isinstance(value, list)}
    count = next((len(value) for place, value in lists.items() if place.path == base), 0)
    split = {
        place: value
        for place, value in lists.items()
        if len(value) == count and (place.path == base or as_messages(value) is None)
    }
    around = {place: value for place, value in shared.items() if place not in split}
    samples = []
    for at in range(min(count, _MAX_SAMPLES)):
        found = {_each(place, f"{place.path}{ENTRIES}"): value[at] for place, value in split.items()}
        for place, value in list(found.items()):
            if isinstance(value, dict):
                inner = values_of(value, f"{place.path}.", of_each=True)
                found |= {replace(one, around=(place.name, *one.around)): what for one, what in inner.items()}
        samples.append(found | around)
    return samples


def _numbered(shared: Mapping[Place, object], row: Row, base: str) -> list[dict[Place, object]]:
    patterns = [name for name, count in Counter(numbered_paths(row)).items() if count > 1]
    keys = {pattern: numbers_of(row, pattern) for pattern in patterns}
    taken = {key for numbered in keys.values() for key in numbered.values()}
    around = {place: value for place, value in shared.items() if place.path not in taken}
    return [
        {
            Place(pattern, snake_case(name_of_numbered(pattern)), 0, (), of_each=True): row[numbered[number]]
            for pattern, numbered in keys.items()
            if number in numbered
        }
        | around
        for number in list(keys.get(base, {}))[:_MAX_SAMPLES]
    ]


def _each(place: Place, path: str) -> Place:
    return Place(path, place.name, place.depth, place.around, of_each=True)


def name_of_numbered(pattern: str) -> str:
    """The word that a numbered key says: of `rollout_#_response` it is what stands behind the number."""
    before, _, after = pattern.partition("#")
    return snake_case(after) or snake_case(before)
