"""The shapes in which one JSON object holds the rows of a whole table, told by its members.

| shape | written by |
| --- | --- |
| ``{"columns": ["prompt", …], "data": [["Q", …], …]}`` | W&B tables, pandas ``orient="split"`` |
| ``{"step": 3, "results": [{…}, {…}]}`` | evaluations, scripts, pandas ``orient="table"`` |
| ``{"prompt": ["Q", …], "reward": [1, …]}`` | ``dict`` of lists, pandas ``to_dict("list")`` |
| ``{"prompt": {"0": "Q", …}, "reward": {"0": 1, …}}`` | pandas ``orient="columns"``, its default |
| ``{"0": {"prompt": "Q", "reward": 1}, "1": {…}}`` | pandas ``orient="index"`` |

Any other object is one row.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from enum import Enum, auto
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_ROW_WORDS = frozenset(
    {
        *("completions", "data", "details", "entries", "episodes", "evals", "evaluations", "eval_results"),
        *("examples", "generations", "groups", "instances", "items", "log", "logs", "outputs", "predictions"),
        *("records", "responses", "results", "rollouts", "rollout_data", "rows", "samples", "trajectories"),
    }
)
"""Names of lists that hold rows, whatever stands beside them."""
_NO_ROWS = frozenset(
    {
        *(
            "chat",
            "choices",
            "conversation",
            "conversations",
            "dialog",
            "dialogue",
            "history",
            "messages",
            "steps",
        ),
        *("tool_calls", "tools", "traces", "traj", "trajectory", "transitions", "turns"),
    }
)
"""Names of lists of objects that are parts of one sample."""
_SAMPLE_WORDS = frozenset(
    {
        *("completion", "input", "inputs", "instruction", "messages", "problem", "prompt", "query"),
        *("question", "response", "conversations", "episode_id", "task_id", "goal", "prompt_text"),
        *("user_prompt", "problem_statement", "提示", "问题", "题目"),
    }
)
"""Keys of an object that is a sample or a group of samples itself: its lists are parts of it."""
_EPISODE_KEYS = frozenset({"messages_and_choices", "nodes", "steps"})
"""Keys of an item that is an episode of a trainer's own format, which is read as a whole."""
_SHARED = re.compile(r"(?:.*_)?(?:epoch|iteration|iter|phase|rollout_id|split|stage|step)", re.IGNORECASE)
"""What is said once of all rows, and belongs to each of them."""


class Shape(Enum):
    """How an object holds rows."""

    ROW = auto()
    TABLE = auto()
    LIST = auto()
    COLUMN_LISTS = auto()
    COLUMN_OBJECTS = auto()
    ROW_OBJECTS = auto()


@dataclass(slots=True)
class Member:
    """What is known of a member's value.

    Attributes:
        scalar: The value itself, where it is neither a list nor an object.
        is_list, is_object: Whether it is one.
        size: Items of the list or of the object.
        first: The first item of the list, the first value of the object; None where there is none.
        all_texts, all_objects, all_lists: Whether every item (every value) is one.
        is_numbered: Whether the keys of an object are the numbers from 0 on.
        texts: The items, where all are texts and they are no more than a table has columns.
        opens_object: Whether the list begins with an object, which may be cut off.
    """

    scalar: object = None
    is_list: bool = False
    is_object: bool = False
    size: int = 0
    first: object = None
    all_texts: bool = False
    all_objects: bool = False
    all_lists: bool = False
    is_numbered: bool = False
    texts: list[str] = field(default_factory=list)
    opens_object: bool = False


@dataclass(frozen=True, slots=True)
class RowPlan:
    """How the rows of an object are read.

    Attributes:
        shape: The shape.
        key: The member whose list holds the rows, of a table or a list.
        columns: The names of a table's columns.
        shared: What each row of a list gets beside its own values.
    """

    shape: Shape
    key: str = ""
    columns: Sequence[str] = ()
    shared: Mapping[str, object] | None = None


ONE_ROW = RowPlan(Shape.ROW)


def plan_of(members: Mapping[str, Member], *, is_line: bool) -> RowPlan:
    """Tell how an object holds rows.

    Args:
        members: Its members.
        is_line: Whether it is a whole line with its line's end. Some trainers write a batch into a line, as lists of
            equal lengths: such a line is one row, which their own formats read.
    """
    columns, data = members.get("columns"), members.get("data")
    if columns is not None and data is not None and columns.texts and data.is_list and data.all_lists:
        return RowPlan(Shape.TABLE, "data", columns.texts)
    key = _list_of_rows(members)
    if key:
        shared = {
            name: member.scalar
            for name, member in members.items()
            if _SHARED.fullmatch(name) and member.scalar is not None
        }
        return RowPlan(Shape.LIST, key, shared=shared)
    values = list(members.values())
    alike = len(values) > 1 and len({value.size for value in values}) == 1 and values[0].size > 0
    if alike and not is_line and all(value.is_list and not value.all_objects for value in values):
        return RowPlan(Shape.COLUMN_LISTS)
    if alike and all(value.is_object and value.is_numbered and not value.all_objects for value in values):
        return RowPlan(Shape.COLUMN_OBJECTS)
    if values and all(value.is_object for value in values) and is_numbered(members):
        return RowPlan(Shape.ROW_OBJECTS)
    return ONE_ROW


def is_numbered(keys: Mapping[str, object]) -> bool:
    """Whether keys are the numbers from 0 on, in their order."""
    return all(key == str(number) for number, key in enumerate(keys))


def may_be_list_of_rows(name: str, item: object) -> bool:
    """Whether a list of this name may hold rows, by its first item, which may be empty where it is cut off.

    One whose name does not say so has to hold what a sample has: a text, and a number or a truth value.
    """
    if not isinstance(item, dict) or name.lower() in _NO_ROWS or not _EPISODE_KEYS.isdisjoint(item):
        return False
    kinds = {type(value) for value in item.values()}
    return not item or is_row_word(name) or (str in kinds and not kinds.isdisjoint({bool, int, float}))


def has_sample_word(names: Mapping[str, object]) -> bool:
    """Whether an object is a sample, or a group of samples, by the names of its members."""
    return any(name.lower() in _SAMPLE_WORDS for name in names)


def is_row_word(name: str) -> bool:
    """Whether a list of this name holds rows, whatever stands beside it."""
    return name.lower() in _ROW_WORDS


def _list_of_rows(members: Mapping[str, Member]) -> str:
    """The only list of objects among the members, if it holds rows; else empty."""
    lists = {name: member for name, member in members.items() if member.is_list and member.all_objects}
    if len(lists) != 1 or has_sample_word(members):
        return ""
    ((name, found),) = lists.items()
    others = (member for key, member in members.items() if key != name)
    fits = is_row_word(name) or not any(member.is_list or member.is_object for member in others)
    return name if fits and may_be_list_of_rows(name, found.first) else ""
