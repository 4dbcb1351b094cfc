"""Several agents in a row, each under its name: `agents: {"solver": {…}, "critic": {…}}`, a sample of its own for each.

    agents: {"solver": {"response": …, "reward": …}, "critic": {…}}                an object of objects
    responses: {"solver": …, "critic": …}, rewards: {"solver": …, "critic": …}     parallel objects
    solver: {"response": …, "reward": …}, critic: {…}                              keys of the row itself

A path reads them as it reads lists (`agents[].response`, `rewards[]`, `critic & solver[].response`). The name becomes the column `agent`. Agents do
different things, so two of them are never a group: a group holds the samples of one agent.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from hashlib import blake2b

from tensorboard_plugin_rlboard import words
from tensorboard_plugin_rlboard.formats.base import Row
from tensorboard_plugin_rlboard.formats.generic.key_paths import TOGETHER
from tensorboard_plugin_rlboard.formats.generic.turns import as_conversation
from tensorboard_plugin_rlboard.formats.splits import TRAINING_NAMES, is_eval_name
from tensorboard_plugin_rlboard.words import plain, snake_case

AGENT = "agent"
"""The column of the names."""
_NAME_KEYS = ("agent", "agent_name", "agent_id", "name", "role", "player", "player_id")
"""Keys under which an entry of a list of agents says which one it is."""
_AGENTS = frozenset(
    map(plain, ("agents", "players", "participants", "policies", "roles", "agent_outputs", "agent_rollouts"))
)
"""Words for what holds a sample of each of several agents."""
_STEPS = frozenset(words.STEP)
_COMPARED = words.PREFERENCE | {
    "ref",
    "reference",
    "baseline",
    "base",
    "sft",
    "old",
    "expert",
    "teacher",
    "gold",
    "target",
}
"""Names of answers that are compared with those of a policy, which are no agents."""
_REWARDS = frozenset(plain(word) for words_of_tier in words.REWARD[:3] for word in words_of_tier)
_RESPONSES = frozenset(map(plain, words.RESPONSE))
_HOLDERS = _AGENTS | {plain(word) for word in (*words.MEMBERS, *words.RESPONSE, *words.CONVERSATION)}
_PLAIN_NAME = re.compile(r"[\w-]{1,60}")
_NUMBERED = re.compile(r"([A-Za-z]*)[ _-]?[0-9]+")
_MAX_NAMES = 64


def entries_of(value: object) -> tuple[list[object] | None, list[str]]:
    """The entries of a list, or of an object with one under each name; with the names of an object.

    Returns:
        The entries, None for any other value; the names, none of a list.
    """
    if isinstance(value, dict):
        return list(value.values()), list(value)
    return (value, []) if isinstance(value, list) else (None, [])


def column_of(value: object, names: Sequence[str]) -> object:
    """The values beside entries with these names: of an object in their order; any other value as it is."""
    return [value.get(name) for name in names] if names and isinstance(value, dict) else value


def with_lists(row: Row, is_sample: Callable[[Mapping[str, object]], bool]) -> Row:
    """A row with lists in place of the objects that hold a sample under each name; the row itself where it has none.

    Args:
        row: the row.
        is_sample: whether an object holds a response.
    """
    if not any(isinstance(value, dict) for value in row.values()):
        return row
    has_step = not _STEPS.isdisjoint(map(snake_case, row))
    for key, value in row.items():
        names = _names(value)
        if not names or not isinstance(value, dict) or (word := plain(snake_case(key))) not in _HOLDERS:
            continue
        if word not in _AGENTS and are_agents(names) and not has_step:
            continue  # answers of several models that were compared have no step
        beside = {other for other in row if other != key and _names(row[other]) == names}
        if all(isinstance(entry, dict) for entry in value.values()):
            if not all(map(is_sample, value.values())):
                continue
        elif not _are_texts(value.values()) or not (beside or _are_conversations(value.values())):
            continue
        if len(names) > 1 or word in _AGENTS:
            listed = {one: column_of(row[one], list(value)) for one in (key, *beside)}
            return {**row, **listed}
    agents = _keys_of_agents(row, is_sample) if has_step else []
    if agents:
        around = {key: value for key, value in row.items() if key not in agents}
        return {**around, TOGETHER.join(agents): [row[key] for key in agents]}
    return row


def _keys_of_agents(row: Row, is_sample: Callable[[Mapping[str, object]], bool]) -> list[str]:
    """The keys of a row under which it has an agent's sample each; empty where it has none.

    Each has a reward of its own, or all have the same keys, a response among them.
    """
    objects = {
        key: value for key, value in row.items() if isinstance(value, dict) and _PLAIN_NAME.fullmatch(key)
    }
    found = {key: value for key, value in objects.items() if _has_reward(value) and is_sample(value)}
    if not found and len({frozenset(value) for value in objects.values()}) == 1:
        found = {key: value for key, value in objects.items() if is_sample(value) and _has_response(value)}
    are_told = len(found) > 1 and bool(_names(found)) and are_agents(found)
    is_of_split = any(is_eval_name(name) or snake_case(name) in TRAINING_NAMES for name in found)
    return sorted(found) if are_told and not is_of_split else []


def _has_response(item: Mapping[str, object]) -> bool:
    return any(isinstance(key, str) and plain(snake_case(key)) in _RESPONSES for key in item)


def _has_reward(item: Mapping[str, object]) -> bool:
    return any(
        isinstance(value, (int, float)) and plain(snake_case(key)) in _REWARDS
        for key, value in item.items()
        if isinstance(key, str)
    )


def name_groups(rows: Sequence[dict[str, object]], base: str) -> bool:
    """Give each agent's samples a group of their own where several agents answer one prompt; whether they are agents.

    Args:
        rows: the samples of one row.
        base: the path of the list or object that they stand in.
    """
    is_of_agents = plain(snake_case(base.rpartition(".")[2])) in _AGENTS
    names = [next((row[key] for key in _NAME_KEYS if isinstance(row.get(key), str)), None) for row in rows]
    are_told = None not in names and len(set(names)) == len(names)
    if len(rows) < 2 or not are_told or not (is_of_agents or all(AGENT in row for row in rows)):
        return False
    for row, name in zip(rows, names, strict=True):
        asked = row.get("group_id")
        if asked is None:
            asked = blake2b(repr(row.get("prompt")).encode("utf-8", "replace"), digest_size=8).hexdigest()
        row["group_id"] = f"{asked}/{name}"
    return True


def add_group(rows: Sequence[dict[str, object]]) -> None:
    """Name the group of the samples of one row by what they are, which stays as it is when the file grows.

    Rows with several prompts are batches, and no group.
    """
    if any(row.get("prompt") != rows[0].get("prompt") for row in rows):
        return
    digest = blake2b(digest_size=8)
    for row in rows:
        for name in ("prompt", "response"):
            digest.update(repr(row.get(name)).encode("utf-8", "replace"))
    for row in rows:
        row.setdefault("group_id", digest.hexdigest())


def _names(value: object) -> frozenset[str]:
    """The names of an object that may hold one agent under each; none of any other value, and of answers to compare."""
    if not isinstance(value, dict) or not 0 < len(value) <= _MAX_NAMES:
        return frozenset()
    if not all(isinstance(name, str) for name in value) or not _COMPARED.isdisjoint(map(snake_case, value)):
        return frozenset()
    return frozenset(value)


def are_agents(names: Iterable[object]) -> bool:
    """Whether names are those of agents, and not only the numbers of samples (`0`, `rollout_1`)."""
    found = [_NUMBERED.fullmatch(str(name)) for name in names]
    return not all(found) or any(plain(one[1]) in _AGENTS for one in found if one)


def _are_texts(values: Iterable[object]) -> bool:
    return all((isinstance(value, str) and value != "") or as_conversation(value) for value in values)


def _are_conversations(values: Iterable[object]) -> bool:
    return all(as_conversation(value) for value in values)
