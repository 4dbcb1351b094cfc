"""Answers /prompt: the history of one prompt, with its samples along the steps."""

from __future__ import annotations

from typing import Any

import numpy as np

from tensorboard_plugin_rlboard.api import Prompt, Rendering, Threshold
from tensorboard_plugin_rlboard.board.prompts.histories.history_cache import PromptHistories
from tensorboard_plugin_rlboard.board.prompts.histories.statuses import (
    NEVER_BEATS_REFERENCE,
    STATUSES,
    statuses,
)
from tensorboard_plugin_rlboard.board.prompts.histories.summary import numbers
from tensorboard_plugin_rlboard.board.prompts.histories.visits import SAMPLES
from tensorboard_plugin_rlboard.board.prompts.identity_cache import as_text
from tensorboard_plugin_rlboard.board.prompts.listing import kind_columns
from tensorboard_plugin_rlboard.board.prompts.prompt_identity import canonical_lines
from tensorboard_plugin_rlboard.board.prompts.prompt_samples import PromptSamples, prompt_samples, texts_of
from tensorboard_plugin_rlboard.board.prompts.question import PromptQuestion
from tensorboard_plugin_rlboard.board.run_schema import RunSession
from tensorboard_plugin_rlboard.board.samples.ids import sample_ids
from tensorboard_plugin_rlboard.board.selection import Selection
from tensorboard_plugin_rlboard.errors import ArgumentError, UnknownError
from tensorboard_plugin_rlboard.texts import cut_response

MAX_SAMPLES = 500
MAX_STEPS = 2000
MAX_RENDERINGS = 50
_MAX_TEXT = 20_000
_MAX_CANONICAL_LENGTH = 2_000
"""Characters of a text on the page; `/sample` has the whole."""
_KEY_DIGITS = 16


def prompt(session: RunSession, question: PromptQuestion, histories: PromptHistories) -> Prompt:
    """Answers /prompt.

    Raises:
        ArgumentError: no `prompt_key` was given.
        UnknownError: no prompt of the split has it.
    """
    chosen = question.selection
    if not chosen.prompt_key:
        raise ArgumentError("prompt_key is missing: /prompts and /samples have it.")
    whole = Selection(chosen.run, chosen.split)
    read = histories.of(session, whole, question.threshold, kind_columns(session))
    history = read.history
    at = _position(chosen.prompt_key, history.keys)
    if at is None:
        raise UnknownError(
            f"Run {chosen.run} has no prompt {chosen.prompt_key} in the split {read.split}: its file was rewritten or is "
            "not indexed yet."
        )
    identity = history.identity_of_key[at]
    row = int(np.searchsorted(history.identity, identity))
    keys = [as_text(key) for key in history.keys[history.identity_of_key == identity].tolist()]
    own = history.of_prompts(np.asarray([row]))
    lists = statuses(own)
    with session.snapshot():
        few = own.total[0, SAMPLES] <= MAX_SAMPLES
        rows = prompt_samples(session, chosen, keys, with_texts=bool(few))
        renderings = _renderings(session, question, rows)
        steps = rows.visits(MAX_STEPS + 1)
        samples = _samples(session, rows)
        shown = [found for found in renderings if found.prompt_key == chosen.prompt_key] or renderings
    return Prompt(
        identity=as_text(int(identity)),
        split=read.split,
        threshold=Threshold(read.threshold.value, read.threshold.rule),
        status=next(name for name in STATUSES if lists[name][0]),
        never_beats_reference=bool(lists[NEVER_BEATS_REFERENCE][0]),
        prompt=shown[0].prompt if shown else "",
        asked=canonical_lines(shown[0].prompt)[:_MAX_CANONICAL_LENGTH] if shown else "",
        numbers={
            name: None if np.isnan(values[0]) else float(values[0]) for name, values in numbers(own).items()
        },
        renderings_total=len(keys),
        renderings=renderings[:MAX_RENDERINGS],
        steps={name: column[:MAX_STEPS] for name, column in steps.items()},
        steps_total=len(steps["step"]),
        samples=samples,
        samples_total=len(rows.step),
    )


def _position(prompt_key: str, keys: Any) -> int | None:
    """The position of a key among ascending ones; None if it is not among them."""
    try:
        number = int(prompt_key, 16) if len(prompt_key) == _KEY_DIGITS else -1
    except ValueError:
        return None
    at = int(np.searchsorted(keys, np.uint64(number))) if number >= 0 else len(keys)
    return at if at < len(keys) and int(keys[at]) == number else None


def _renderings(session: RunSession, question: PromptQuestion, rows: PromptSamples) -> list[Rendering]:
    """Every text that the prompt was logged with, the most used first."""
    found = rows.renderings(MAX_RENDERINGS)
    firsts = np.asarray([row for *_, row in found], np.int64)
    logged = texts_of(session, rows, firsts, ["prompt"])["prompt"]
    places = rows.places
    ids = sample_ids(session.run, [places[row] for row in firsts.tolist()])
    rules = question.text_rules
    return [
        Rendering(
            as_text(key), n, first, last, cut_response(rules.apply_prompt(prompt or ""), _MAX_TEXT), name
        )
        for (key, n, first, last, _), prompt, name in zip(found, logged, ids, strict=True)
    ]


def _samples(session: RunSession, rows: PromptSamples) -> dict[str, list[Any]]:
    """Its samples in order of steps, at most `MAX_SAMPLES`."""
    at = rows.picked(MAX_SAMPLES)
    places = rows.places
    found = {name: rows.listed(name, at) for name in ("step", "attempt", *rows.metrics)}
    for name, texts in texts_of(session, rows, at, rows.texts).items():
        found[name] = [None if value is None else cut_response(value) for value in texts]
    return {"id": sample_ids(session.run, [places[row] for row in at.tolist()]), **found}
