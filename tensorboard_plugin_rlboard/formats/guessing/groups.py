"""Which rows hold several groups, and the rows of these groups; and which text tells the groups of other rows apart."""

from __future__ import annotations

from collections.abc import Sequence

from tensorboard_plugin_rlboard import words
from tensorboard_plugin_rlboard.formats.base import Row
from tensorboard_plugin_rlboard.formats.evidence.field_roles import FieldRoles
from tensorboard_plugin_rlboard.formats.evidence.profile import differs_within
from tensorboard_plugin_rlboard.formats.evidence.value_types import is_text
from tensorboard_plugin_rlboard.formats.generic.fields import LISTS, MEMBERS
from tensorboard_plugin_rlboard.formats.generic.key_paths import list_of, value_at
from tensorboard_plugin_rlboard.formats.generic.nested_groups import lists_of_groups, rows_of_groups
from tensorboard_plugin_rlboard.formats.guessing.shapes import Shape, shape_of_row
from tensorboard_plugin_rlboard.words import plain, snake_case

_MAX_GROUPS = 8
"""Groups of one row that are looked at."""
_PROMPTS = frozenset(plain(snake_case(word)) for word in words.PROMPT)
_RESPONSES = frozenset(plain(snake_case(word)) for word in (*words.RESPONSE, *words.WEAK_RESPONSE))
_TASKS = (
    *("question", "problem", "problem_statement", "task_description", "input", "input_text"),
    *("题目", "问题", "输入"),
)
"""Words for what is asked, beside an instruction that is the same for all of it."""
_ROLES = frozenset({"role", "from"})


def groups_of_rows(rows: Sequence[Row]) -> tuple[list[str], list[Row]]:
    """The paths of the lists that have an entry for each group, and a row for each of the first groups of each row.

    There are none where most rows hold no groups.
    """
    lists = next((lists for row in rows for lists in lists_of_groups(row) if _holds_groups(row, lists)), [])
    taken_apart = [rows_of_groups(row, lists)[0] for row in rows] if lists else []
    if 2 * sum(map(bool, taken_apart)) <= len(rows):
        return [], []
    return lists, [group for groups in taken_apart for group in groups[:_MAX_GROUPS]]


def doubt_of_lists(rows: Sequence[Row], response: str) -> str:
    """One sentence where rows hold samples in a further list, which is not read: the evaluations beside the training, say.

    Args:
        rows: rows of a file.
        response: the path of the responses, in a list of the row's (`train[].response`).
    """
    base, inner = list_of(response)
    for row in rows if inner and "." not in base else ():
        for key, value in row.items():
            entries = value if key != base and isinstance(value, list) else []
            if any(isinstance(one, dict) and isinstance(value_at(one, inner), str) for one in entries):
                return (
                    f"Not all samples are read: those of {base} were taken, and {key} holds some as well. Write a row for each "
                    "list, with its split."
                )
    return ""


def _holds_groups(row: Row, lists: Sequence[str]) -> bool:
    """Whether each entry of a list is a group: several responses to one prompt."""
    base, flat = lists[0], shape_of_row(row)
    groups = rows_of_groups(row, lists)[0][:_MAX_GROUPS]
    entries = [value_at(group, base) for group in groups]
    are_lists_of_samples = all(map(_has_one_prompt, entries))
    seems_flat = (
        flat == Shape(LISTS, base) and are_lists_of_samples
    )  # a list of samples reads like turns of an agent
    seems_flat = seems_flat or (flat == Shape(MEMBERS, base) and not any(map(_has_response, entries)))
    if flat is not None and not seems_flat:
        return False
    shapes = {shape for group in groups if (shape := shape_of_row(group)) is not None}
    if len(shapes) != 1:
        return False
    (shape,) = shapes
    if shape.kind not in {LISTS, MEMBERS} or not (shape.base == base or shape.base.startswith(f"{base}.")):
        return False
    if shape.base != base:
        return True
    texts = [
        entry for entry in entries if isinstance(entry, list) and all(isinstance(one, str) for one in entry)
    ]
    if len(texts) < len(entries):
        return are_lists_of_samples or all(map(_holds_conversations, entries))
    # The tokens of responses are lists of texts, too, but of other lengths, and without blanks within.
    return len(set(map(len, texts))) == 1 or any(" " in one.strip() for entry in texts for one in entry)


def _holds_conversations(entry: object) -> bool:
    """Whether an entry is a list of lists, which are conversations where they are responses."""
    return isinstance(entry, list) and all(isinstance(one, list) for one in entry)


def _has_one_prompt(entry: object) -> bool:
    """Whether an entry is a list of samples that share their prompt, or say none; turns of an episode are asked another each."""
    if not isinstance(entry, list) or not entry:
        return False
    samples = [sample for sample in entry if isinstance(sample, dict) and _ROLES.isdisjoint(sample)]
    asked = [{key: sample[key] for key in sample if plain(snake_case(key)) in _PROMPTS} for sample in samples]
    return len(samples) == len(entry) and all(one == asked[0] for one in asked)


def _has_response(entry: object) -> bool:
    """Whether an entry has the response of one sample: a text under a word for it, or a conversation."""
    return isinstance(entry, dict) and any(
        (isinstance(value, str) and plain(snake_case(key)) in _RESPONSES) or key in words.CONVERSATION
        for key, value in entry.items()
    )


def take_task(roles: FieldRoles) -> None:
    """Take the question for the prompt, if what is called a prompt is an instruction for several questions.

    Samples with the same prompt are a group, and these would be one though they answer different questions.
    """
    prompts = roles.column("prompt")
    if prompts is None or not prompts.fits(is_text):
        return
    for column in roles.candidates(_TASKS, is_text):
        is_beside = (column.place.depth, column.place.of_each) == (prompts.place.depth, prompts.place.of_each)
        is_whole = column.values.keys() == prompts.values.keys() and all(column.values.values())
        if column is not prompts and is_beside and is_whole and differs_within(column, prompts):
            roles.keys["prompt"] = column.path
            roles.note("prompt", [prompts])
            return
