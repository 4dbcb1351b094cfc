"""Tells JSON lines from JSON documents, and what is nearly JSON from what is none, by the beginning of a file."""

from __future__ import annotations

import json
import re

from tensorboard_plugin_rlboard.sources.containers.base import FileKind, Preview
from tensorboard_plugin_rlboard.sources.containers.json_documents import JSON
from tensorboard_plugin_rlboard.sources.kinds.document_heads import cut_object
from tensorboard_plugin_rlboard.sources.kinds.head import Head, not_read
from tensorboard_plugin_rlboard.sources.kinds.row_previews import has_text, row_preview
from tensorboard_plugin_rlboard.sources.text.json_faults import fault_sentence
from tensorboard_plugin_rlboard.sources.text.json_members import members_of, members_until_cut
from tensorboard_plugin_rlboard.sources.text.json_shapes import ONE_ROW, plan_of
from tensorboard_plugin_rlboard.sources.text.row_names import is_group, sample_words_of

BEHIND_TEXT = (
    "Its rows stand behind other text in their lines, as a logger writes it: keep the JSON alone, with "
    "sed -n 's/^[^{]*{/{/p' train.log > train.jsonl for a file train.log."
)
_LINES = 20
"""Lines of which one has to be a row, where the first is none."""
_NEAR_END = 16
"""Characters from the end within which an error may be of a literal, number or escape that is cut there."""
_ROLLOUT_WORD = re.compile(
    r"['\"](?:\w*_)?(?:prompt|completion|response|question|answer|output|generation)s?['\"]\s*:"
)
_OBJECT_LINE = re.compile(r"^[ \t]*\{.*\}[ \t\r]*$", re.MULTILINE)
_LIST_OF_OBJECTS = re.compile(r"\[\s*(?=\{)")
_DECODER = json.JSONDecoder()


def kind_of_json(head: Head) -> FileKind:
    """The kind of a file whose text begins with a brace or a bracket."""
    text = head.text
    return _kind_of_list(head, text) if text.startswith("[") else _kind_of_object(head, text)


def has_row_in_lines(text: str) -> bool:
    """Whether one of the first lines is an object."""
    return any(_object_in(line) is not None for line in text.split("\n", _LINES)[:_LINES])


def has_sample_in_lines(text: str) -> bool:
    """Whether one of the first lines is an object with words of a sample, whatever stands in the lines around it."""
    rows = map(_object_in, text.split("\n", _LINES)[:_LINES])
    return any(row is not None and len(sample_words_of(row)) > 1 for row in rows)


def has_row_behind_text(text: str) -> bool:
    """Whether one of the first lines ends with an object that has words of a sample, behind something else."""
    for line in text.split("\n", _LINES)[:_LINES]:
        before, brace, rest = line.partition("{")
        row = _object_in(brace + rest) if before.strip() and before.isprintable() else None
        if row is not None and len(sample_words_of(row)) > 1:
            return True
    return False


def kind_without_rows(head: Head, text: str, reason: str, at: int = 0) -> FileKind:
    """The kind of a text that is no JSON from a place on; it is lines nevertheless if some of these are rows."""
    if has_row_in_lines(text) and head.is_utf8:
        return FileKind(preview=Preview(may_hold_rollouts=True, is_listed=head.has_log_name))
    if has_row_behind_text(text):
        return FileKind(preview=not_read(BEHIND_TEXT, is_listed=True))
    is_listed = head.is_listed or _ROLLOUT_WORD.search(text.partition("\n")[0]) is not None
    return FileKind(preview=not_read(fault_sentence(text, at, reason), is_listed=is_listed))


def _kind_of_object(head: Head, text: str) -> FileKind:
    line, line_end, rest = text.partition("\n")
    row = _object_in(line) if line_end or head.is_whole else None
    if row is not None:
        is_only = head.is_whole and not rest.strip()
        if is_only and plan_of(members_of(row), is_line=bool(line_end)) != ONE_ROW:
            return FileKind(JSON, preview=row_preview(head, row))
        return FileKind(None if head.is_utf8 else JSON, preview=row_preview(head, row, is_only=is_only))
    try:
        value, end = _DECODER.raw_decode(text)
    except RecursionError:
        return FileKind(preview=not_read("Its JSON is nested too deeply.", is_listed=head.has_log_name))
    except json.JSONDecodeError as error:
        if _is_cut(error, text):
            return _kind_of_cut(head, text, is_pretty=bool(line_end))
        return kind_without_rows(head, text, error.msg, error.pos)
    except ValueError:
        return kind_without_rows(head, text, "a number has too many digits")
    members = members_of(value)
    is_only = not text[end:].strip() and plan_of(members, is_line=False) == ONE_ROW
    return FileKind(JSON, preview=row_preview(head, value, is_only=is_only))


def _kind_of_cut(head: Head, text: str, *, is_pretty: bool) -> FileKind:
    """The kind of a file that begins with an object which does not end within its head."""
    seen = cut_object(text)
    is_called_document = head.named_kind is JSON
    if not (seen.may_hold_rollouts or head.is_whole) and (is_called_document or is_pretty):
        reason = "Nothing at its beginning is called like a part of a rollout, or is a list of rows."
        return FileKind(JSON, preview=not_read(reason, is_listed=head.has_log_name))
    are_lines = not is_called_document and not is_pretty
    preview = Preview(may_hold_rollouts=True, is_listed=head.has_log_name or seen.holds_rows or are_lines)
    if is_pretty or not head.is_utf8:
        is_document = True
    elif head.is_whole:  # half-written, or torn
        is_document = is_called_document
    else:
        # Where lines are long, one that ends behind an object is one of many.
        is_document = seen.holds_rows or (
            is_called_document and (seen.holds_row_objects or head.end_of_first_line() != "}")
        )
    return FileKind(JSON if is_document else None, preview=preview)


def _kind_of_list(head: Head, text: str) -> FileKind:
    inside = text[1:].lstrip()
    if inside.startswith("]"):
        return FileKind(preview=not_read("It is an empty JSON list.", is_listed=head.has_log_name))
    if not inside:
        return FileKind(JSON, preview=row_preview(head, {}, is_only=True))
    at = len(text) - len(inside)
    try:
        item, _ = _DECODER.raw_decode(text, at)
    except RecursionError:
        return FileKind(preview=not_read("Its JSON is nested too deeply.", is_listed=head.has_log_name))
    except json.JSONDecodeError as error:
        if (inside.startswith("{") or _begins_with_group(inside)) and _is_cut(error, text):
            return FileKind(JSON)
        return kind_without_rows(head, text, error.msg, error.pos)
    except ValueError:
        return kind_without_rows(head, text, "a number has too many digits")
    row = item[0] if isinstance(item, list) and is_group(item) else item
    if isinstance(row, dict):
        return FileKind(JSON, preview=row_preview(head, row))
    first_line, _, further = text.partition("\n")
    if further.lstrip().startswith("{") or (_is_list(first_line) and _OBJECT_LINE.search(further)):
        # Odd lines before rows hide nothing.
        return FileKind(preview=Preview(may_hold_rollouts=True, is_listed=head.has_log_name))
    if has_row_behind_text(text):  # behind a date in brackets
        return FileKind(preview=not_read(BEHIND_TEXT, is_listed=True))
    reason = (
        "Its rows are no JSON objects but lists or bare values, so nothing says what is the response: write each row as "
        'an object, {"prompt": …, "response": …, "reward": …}.'
    )
    is_row = isinstance(item, list) or _is_mixed(first_line)
    return FileKind(preview=not_read(reason, is_listed=head.has_log_name or (is_row and has_text(item))))


def _begins_with_group(text: str) -> bool:
    """Whether a text that does not end within the head begins with a list of samples."""
    found = _LIST_OF_OBJECTS.match(text)
    return found is not None and is_group([dict(members_until_cut(text[found.end() :]))])


def _list_in(line: str) -> list[object]:
    try:
        found = json.loads(line)
    except (ValueError, RecursionError):
        return []
    return found if isinstance(found, list) else []


def _is_list(line: str) -> bool:
    """Whether a line is a whole list."""
    return bool(_list_in(line))


def _is_mixed(line: str) -> bool:
    """Whether a line is a list of texts and numbers."""
    kinds = {type(item) for item in _list_in(line)}
    return str in kinds and not kinds.isdisjoint({int, float})


def _is_cut(error: json.JSONDecodeError, text: str) -> bool:
    """Whether the text ends within the value that is wrong."""
    rest = text[error.pos :]
    is_comma = rest.startswith(("}", "]"))
    return error.msg.startswith("Unterminated") or (
        len(rest) < _NEAR_END and not is_comma and "\n" not in rest
    )


def _object_in(line: str) -> dict[str, object] | None:
    try:
        found = json.loads(line)
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None
