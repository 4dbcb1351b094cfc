"""Where a search hit each row: in which text, and what stands around it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from tensorboard_plugin_rlboard.board.selection import TEXTS, Selection, searched
from tensorboard_plugin_rlboard.index.column_names import physical, quoted, text
from tensorboard_plugin_rlboard.index.run import RunIndex
from tensorboard_plugin_rlboard.texts import excerpt


def hit_columns(run: RunIndex, chosen: Selection) -> dict[str, str]:
    """The texts that are looked at, in the words of the argument `in`, and their columns; none without a search."""
    if not chosen.search:
        return {}
    return {name: TEXTS[name] for name in searched(chosen) if physical("t", TEXTS[name]) in run.columns}


def hit_fields(hits: Mapping[str, str], chosen: Selection) -> tuple[list[str], list[object]]:
    """What `matches` needs of each row, as SQL with the values bound in it."""
    fields = [f"{text(column)} AS {quoted('s:' + name)}" for name, column in hits.items()]
    if not chosen.regex:
        return fields, []
    extracts = [
        f"regexp_extract({text(column)}, ?, ['before', 'hit']) AS {quoted('x:' + name)}"
        for name, column in hits.items()
    ]
    return fields + extracts, [f"(?s:^(.*?))({chosen.search})"] * len(hits)


def matches(page: Mapping[str, list[Any]], hits: Iterable[str], chosen: Selection) -> dict[str, list[Any]]:
    """Where each row was hit first, in the words of the argument `in`, with the text around it."""
    found: dict[str, list[Any]] = {"match_in": [], "match": [], "match_start": [], "match_end": []}
    for i in range(len(page["id"])):
        place: tuple[str | None, str | None, int | None, int | None] = (None, None, None, None)
        for name in hits:
            content = page["s:" + name][i]
            start, end = _hit(content or "", page["x:" + name][i] if chosen.regex else None, chosen.search)
            if end > start:
                place = (name, *excerpt(content, start, end))
                break
        for key, value in zip(found, place, strict=True):
            found[key].append(value)
    return found


def _hit(content: str, extracted: dict[str, str] | None, needle: str) -> tuple[int, int]:
    """Where the first hit begins and ends, in code points; (0, 0) where there is none to show."""
    if extracted is not None:  # by the database's own expressions, which are not Python's
        start = len(extracted["before"])
        return start, start + len(extracted["hit"])
    found = re.search(re.escape(needle), content, re.IGNORECASE)
    return found.span() if found else (0, 0)
