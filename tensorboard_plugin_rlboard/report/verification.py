"""Checks the quotes of a text against the logs: whether each stands at its place in its sample."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from tensorboard_plugin_rlboard.api import Sample
from tensorboard_plugin_rlboard.board.board import Board
from tensorboard_plugin_rlboard.board.samples.question import SampleQuestion
from tensorboard_plugin_rlboard.errors import UnknownError

PLACES = ("tokens", "response", "prompt")
_HALF = re.compile("[\ud800-\udfff]")
_TRIES = 50
"""Braces of a line that are tried as the beginning of a quotation."""


@dataclass(frozen=True)
class ClaimedQuote:
    """A quotation, as somebody wrote it: any JSON object with `id`, `position` and `quote`.

    Attributes:
        values: of the object.
        where: where it stands in the text, in words.
    """

    values: Mapping[str, Any]
    where: str


def claimed_quotes(text: str) -> list[ClaimedQuote]:
    """The quotations of a text: of JSON wherever they are in it, of other text the objects that stand in one line."""
    try:
        return list(_inside(json.loads(text), "$"))
    except (ValueError, RecursionError):
        return [claim for number, line in enumerate(text.splitlines(), 1) for claim in _of_line(line, number)]


def _inside(value: Any, where: str) -> Iterator[ClaimedQuote]:
    if isinstance(value, Mapping):
        if {"id", "position", "quote"} <= value.keys():
            yield ClaimedQuote(value, where)
        for key, item in value.items():
            yield from _inside(item, f"{where}.{key}")
    elif isinstance(value, list):
        for number, item in enumerate(value):
            yield from _inside(item, f"{where}[{number}]")


def _of_line(line: str, number: int) -> Iterator[ClaimedQuote]:
    if '"quote"' not in line:
        return
    decoder, at = json.JSONDecoder(), line.find("{")
    for _ in range(_TRIES):
        if at < 0:
            return
        try:
            value, end = decoder.raw_decode(line, at)
        except (ValueError, RecursionError):
            end = at + 1
        else:
            yield from _inside(value, f"line {number}")
        at = line.find("{", end)


def reason_wrong(board: Board, claim: ClaimedQuote) -> str:
    """What is wrong with a quotation, in a sentence without its place; empty where it stands in the logs."""
    values = claim.values
    name, position, quote = values["id"], values["position"], values["quote"]
    place, run, step = values.get("place", "tokens"), values.get("run"), values.get("step")
    if not isinstance(name, str) or not isinstance(quote, str):
        return "id and quote have to be texts."
    if not isinstance(position, int) or isinstance(position, bool) or position < 0:
        return "position has to be a whole number from 0 on."
    if place not in PLACES:
        return f"place has to be one of {', '.join(PLACES)}."
    if not quote:
        return "the quote is empty."
    names = sorted(board.registry.runs) if run is None else [str(run)]
    sample, reason = None, "there are no runs."
    for each in names:
        try:
            sample = board.sample(SampleQuestion(each, name))
            break
        except UnknownError as error:
            reason = str(error)
    if sample is None:
        return f"no run has a sample {name}." if run is None and len(names) > 1 else reason
    if step is not None and step != sample.step:
        return f"sample {name} is of step {sample.step}, not of {step}."
    stands = text_at(sample, place, position, len(quote))
    if stands is None:
        return f"position {position} is behind the end of the {place} of sample {name}."
    if _whole(stands) == _whole(quote):
        return ""
    return f"at position {position} of the {place} of sample {name} stands {_short(stands)}, not {_short(quote)}."


def text_at(sample: Sample, place: str, position: int, length: int) -> str | None:
    """So many characters from a position on; None where the position is behind the end."""
    if place == "tokens":
        tokens, text, begin = sample.response_tokens, "", position
        while begin < len(tokens) and len(text) < length:
            text += tokens[begin][: length - len(text)]
            begin += 1
        return text if position < len(tokens) else None
    found = sample.texts[place].shown if place in sample.texts else ""
    return found[position : position + length] if position < len(found) else None


def _whole(text: str) -> str:
    """Halves of characters as U+FFFD, which is what a file can hold of them."""
    return _HALF.sub("\ufffd", text)


def _short(text: str) -> str:
    return json.dumps(_whole(text if len(text) <= 60 else f"{text[:59]}…"), ensure_ascii=True)
