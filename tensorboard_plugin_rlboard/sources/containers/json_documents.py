"""Reads JSON in any layout: a list of rows, objects one behind the other, one object that holds a table, one row."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tensorboard_plugin_rlboard.sources.containers.base import (
    Container,
    DamagedFileError,
    RepeatedKeyError,
    RowsLeftOutError,
    TornFileError,
)
from tensorboard_plugin_rlboard.sources.local_files import open_regular
from tensorboard_plugin_rlboard.sources.text.encodings import open_text
from tensorboard_plugin_rlboard.sources.text.json_member import Member
from tensorboard_plugin_rlboard.sources.text.json_members import read_members
from tensorboard_plugin_rlboard.sources.text.json_shapes import (
    ONE_ROW,
    DocumentShape,
    RowPlan,
    plan_of,
)
from tensorboard_plugin_rlboard.sources.text.json_values import BrokenJsonError, JsonValues
from tensorboard_plugin_rlboard.sources.text.repeated_keys import repeated, repeated_keys_sentence
from tensorboard_plugin_rlboard.sources.text.row_names import is_group, names_group, split_or_step_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_BLOCK_BYTES = 1024 * 1024


def _read_rows(path: Path) -> Iterator[object]:
    number = 0
    try:
        plan = _plan_of_document(path)
        with open_text(path) as file:
            values = JsonValues(file)
            for row in _planned_rows(values, plan):
                yield row
                number += 1
            twice = [*values.repeated, *repeated(plan.columns)]
            if twice:
                raise RepeatedKeyError(repeated_keys_sentence(twice, "an object or among the columns"))
    except BrokenJsonError as error:
        raise _damage(error, number) from None


def _damage(error: BrokenJsonError, rows: int) -> DamagedFileError:
    """What is said of a text that cannot be read on behind so many rows."""
    if error.is_cut and not rows:
        return TornFileError("It is no complete JSON document: it is torn, or is still being written.")
    if error.is_cut:
        return TornFileError(f"The JSON is torn behind its item {rows}, or is still being written.")
    if not rows:
        return DamagedFileError(f"It cannot be read as JSON. {error}")
    return DamagedFileError(f"The JSON cannot be read behind its item {rows}. {error}")


def _plan_of_document(path: Path) -> RowPlan:
    """How the rows are read: only an object with nothing behind it may be a table."""
    members: dict[str, Member] = {}
    with open_text(path) as file:
        values = JsonValues(file)
        if values.peek() != "{":
            return ONE_ROW
        read_members(values, members)
        if values.peek():
            return ONE_ROW
    return plan_of(members, is_line=_is_line(path))


def _is_line(path: Path) -> bool:
    """Whether a file is one line with its line's end."""
    with open_regular(path) as file:
        while block := file.read(_BLOCK_BYTES):
            _, end, rest = block.partition(b"\n")
            if end:
                return not rest.strip() and not file.read(_BLOCK_BYTES).strip()
    return False


def _planned_rows(values: JsonValues, plan: RowPlan) -> Iterator[object]:
    if plan.shape is DocumentShape.ROW:
        return _rows(values)
    if plan.shape is DocumentShape.ROW_OBJECTS:
        return _row_objects(values)
    if plan.shape in {DocumentShape.COLUMN_LISTS, DocumentShape.COLUMN_OBJECTS}:
        return _columns(values)
    if plan.shape is DocumentShape.MEMBERS:
        return _member_rows(values, plan)
    if plan.shape is DocumentShape.MEMBERS_OF_MEMBERS:
        return _rows_of_members(values, plan)
    return _listed_rows(values, plan)


def _rows(values: JsonValues) -> Iterator[object]:
    """Objects, lists of objects and lists of groups, one behind the other; commas between them are stepped over."""
    number = groups = 0
    if not values.peek():
        msg = "The file is empty, or is still being written."
        raise TornFileError(msg)
    while character := values.peek():
        if number and character not in "[{":
            msg = f"Behind item {number} of the JSON stands something else, which is left out."
            raise DamagedFileError(msg)
        for item in values.items() if character == "[" else iter((values.value(),)):
            if is_group(item):
                groups += 1
            for row in _group_rows(item, groups):
                number += 1
                yield _object(row, number)
        values.skip(",")


def _group_rows(item: object, number: int) -> list[object]:
    """The samples of the group of that number, which each says where none says of which it is; an item that is none alone."""
    if not isinstance(item, list) or not is_group(item):
        return [item]
    rows = [row for row in item if isinstance(row, dict)]
    if len(rows) < len(item) or any(map(names_group, rows)):
        return item
    return [{"group": number, **row} for row in rows]


def _listed_rows(values: JsonValues, plan: RowPlan) -> Iterator[object]:
    """The rows of a list among an object's members: objects, or the cells of a table."""
    _go_to(values, plan.key)
    is_table = plan.shape is DocumentShape.TABLE
    skipped, first, width = 0, 0, len(plan.columns)
    for number, item in enumerate(values.items(), 1):
        if not is_table:
            for row in _group_rows(item, number):
                yield {**(plan.shared or {}), **_object(row, number)}
        elif isinstance(item, list) and len(item) == width:
            yield dict(zip(plan.columns, item, strict=True))
        else:
            skipped, first = skipped + 1, first or number
    if skipped:
        msg = f"Rows with another number of cells than the table has columns are left out: {skipped}, the first of them row {first}."
        raise RowsLeftOutError(msg)


def _go_to(values: JsonValues, key: str) -> None:
    """Read an object up to the value of a key."""
    for name in values.members():
        values.expect_colon()
        if name == key:
            return
        values.value()


def _member_rows(values: JsonValues, plan: RowPlan) -> Iterator[object]:
    """The rows that are members of an object, or items of the lists that its members are."""
    if plan.key:
        _go_to(values, plan.key)
    others, first = 0, ""
    for name in values.members():
        values.expect_colon()
        is_list = values.peek() == "["
        if plan.names and name not in plan.names:
            values.value()
            continue
        defaults = dict([split_or_step_of(name, numbers_are_steps=plan.are_steps and is_list)])
        for item in values.items() if is_list else iter((values.value(),)):
            if isinstance(item, dict):
                yield {**(plan.shared or {}), **defaults, **item}
            elif name not in (plan.shared or {}):
                others, first = others + 1, first or name
    if others:
        msg = f"Values that are no objects, and so no rows, are left out: {others}, the first of them under {first[:80]!r}."
        raise RowsLeftOutError(msg)


def _rows_of_members(values: JsonValues, plan: RowPlan) -> Iterator[object]:
    """The rows of a list that each of several objects has under the same key."""
    for name in values.members():
        values.expect_colon()
        value = values.value()
        rows = value.get(plan.key) if isinstance(value, dict) else None
        said = dict([split_or_step_of(name, numbers_are_steps=plan.are_steps)])
        for number, row in enumerate(rows if isinstance(rows, list) else (), 1):
            yield {**(plan.shared or {}), **said, **_object(row, number)}


def _columns(values: JsonValues) -> Iterator[object]:
    """The rows of columns: lists, or objects that are numbered from 0 on."""
    whole = values.value()
    columns = whole if isinstance(whole, dict) else {}
    cells = {
        name: list(column.values()) if isinstance(column, dict) else column
        for name, column in columns.items()
    }
    for row in zip(*cells.values(), strict=True):
        yield dict(zip(cells, row, strict=True))


def _row_objects(values: JsonValues) -> Iterator[object]:
    """The rows of an object that numbers them."""
    for number, _ in enumerate(values.members(), 1):
        values.expect_colon()
        yield _object(values.value(), number)


def _object(item: object, number: int) -> dict[str, object]:
    if not isinstance(item, dict):
        msg = f"Item {number} of the JSON document is no object."
        raise DamagedFileError(msg)
    return item


JSON = Container("json", _read_rows)
