"""Draws responses for the detectors of texts, a bounded number, and measures each step once until its rows change."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from functools import partial

import numpy as np

from tensorboard_plugin_rlboard.board.findings.drawn_samples import StepCache, drawn_samples
from tensorboard_plugin_rlboard.board.run_schema import RunSession
from tensorboard_plugin_rlboard.board.selection import Selection
from tensorboard_plugin_rlboard.findings.texts.step_texts import StepTexts, measure_texts

RESPONSES_PER_STEP = 16
"""Responses of a step that are looked at."""
MAX_TEXT_LENGTH, MAX_PROMPT_LENGTH = 800, 400
"""Characters of a response and of a prompt: half of them from its beginning, half from its end."""
_MAX_STEPS = 256
"""Steps whose responses stay in memory: about 0.1 MB each, 0.3 at most."""
_CUT = "\n…\n"


class TextSampler:
    """Draws responses of steps and caches their measurements; may be called from any thread."""

    def __init__(self) -> None:
        self._measured: StepCache[StepTexts] = StepCache(_MAX_STEPS)

    def texts(self, session: RunSession, selection: Selection, steps: Sequence[int]) -> tuple[StepTexts, ...]:
        """Some responses of some steps; a step without any is left out.

        Args:
            session: of the run.
            selection: split and attempt; a split has to be named.
            steps: which steps, as `sampled_steps` chooses them.
        """
        if "response" not in session.schema.texts:
            return ()
        return tuple(self._measured.get(session, selection, steps, partial(_read, session, selection)))


def _read(session: RunSession, selection: Selection, steps: Sequence[int]) -> dict[int, StepTexts]:
    schema = session.schema
    response, prompt = schema.text_sql["response"], schema.text_sql.get("prompt", "NULL")
    reward, trusted = (
        f"CAST({schema.metric_sql[name]} AS DOUBLE)" if name in schema.metrics else "NULL"
        for name in ("reward", "valid_reward")
    )
    columns = (
        f"step, {_cut(response, MAX_TEXT_LENGTH)}, {_cut(prompt, MAX_PROMPT_LENGTH)}, {reward}, {trusted}"
    )
    with session.snapshot():
        rows = drawn_samples(
            session, selection, steps, RESPONSES_PER_STEP, f"{response} IS NOT NULL", columns
        )
    of_step: dict[int, list[tuple[str, str | None, float | None, float | None]]] = defaultdict(list)
    for step, *values in rows:
        of_step[step].append(tuple(values))
    return {step: _measure(step, values) for step, values in of_step.items()}


def _measure(step: int, rows: Sequence[tuple[str, str | None, float | None, float | None]]) -> StepTexts:
    scores = np.asarray([row[2:] for row in rows], np.float64)
    return measure_texts(
        step, [row[0] for row in rows], [row[1] or "" for row in rows], scores[:, 0], scores[:, 1]
    )


def _cut(text: str, most: int) -> str:
    """SQL of a text, of a long one its two ends."""
    ends = f"left({text}, {most // 2}) || '{_CUT}' || right({text}, {most // 2})"
    return f"CASE WHEN length({text}) > {most} THEN {ends} ELSE {text} END"
