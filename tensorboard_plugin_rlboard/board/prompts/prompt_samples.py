"""The samples of one prompt: one plain query brings them, and NumPy puts visits and renderings together.

To plan a query for each of these took longer than to find the samples.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tensorboard_plugin_rlboard.board.finite_numbers import finite_ones
from tensorboard_plugin_rlboard.board.prompts.identity_cache import NUMBER, Keys, has_key
from tensorboard_plugin_rlboard.board.run_schema import RunSession
from tensorboard_plugin_rlboard.board.selection import Selection, select_samples
from tensorboard_plugin_rlboard.board.sql_rows import as_list
from tensorboard_plugin_rlboard.index.column_names import text
from tensorboard_plugin_rlboard.metrics.segments import Floats, Ints
from tensorboard_plugin_rlboard.metrics.step_statistics import ordered_mean, step_segments

ANSWERS = ("extracted_answer", "extracted", "parsed_answer", "pred", "prediction", "answer")
"""Text columns that trainers keep what was read off a response in."""
_METRICS = ("reward", "ref_reward", "reward_gap", "n_tokens", "k3_mean", "log_ratio_mean")
_MEANS = ("ref_reward", "reward_gap", "n_tokens", "k3_mean")
"""Metrics of which a visit has the mean, beside the reward."""
_PLACE = ("file", "line_offset", "row")


@dataclass(frozen=True)
class PromptSamples:
    """The samples of one prompt, by step, then as logged.

    Attributes:
        columns: name -> column, [rows], masked where the database has NULL: `rowid`, `key`, `step`, `attempt`, `file`,
            `line_offset`, `row`, metrics, and texts where they were read with the numbers.
        metrics, texts: names of those that the run has.
    """

    columns: dict[str, np.ma.MaskedArray]
    metrics: Sequence[str]
    texts: Sequence[str]

    @property
    def step(self) -> Ints:
        """Of each row, ascending, int64 [rows]."""
        return self._whole("step")

    @property
    def places(self) -> list[tuple[int, int, int]]:
        """The file of each row, the offset of its line and its place in that."""
        return list(zip(*(self._whole(name).tolist() for name in _PLACE), strict=True))

    def listed(self, name: str, rows: Ints) -> list[Any]:
        """A column of some rows as Python values."""
        return as_list(self.columns[name][rows])

    def visits(self, most: int) -> dict[str, list[Any]]:
        """One row for each step: how many samples, their rewards, and means; the first steps of too many."""
        steps = step_segments((self.step,))
        found: dict[str, list[Any]] = {
            "step": self.step[steps.starts].tolist(),
            "samples": steps.sizes.tolist(),
        }
        reward = self._finite("reward")
        ends = {"reward_min": np.fmin, "reward_max": np.fmax}
        columns = {"reward": ordered_mean(reward, steps)}
        for name, end in ends.items():
            columns[name] = end.reduceat(reward, steps.starts) if len(reward) else reward
        columns |= {name: ordered_mean(self._finite(name), steps) for name in _MEANS if name in self.metrics}
        found |= {name: as_list(np.ma.masked_invalid(values)) for name, values in columns.items()}
        return {name: column[:most] for name, column in found.items()}

    def picked(self, most: int) -> Ints:
        """The rows that are shown: of too many the first of every step, then the second, and so on."""
        steps = step_segments((self.step,))
        turn = np.arange(len(self.step)) - np.repeat(steps.starts, steps.sizes)
        found: Ints = np.sort(np.argsort(turn, kind="stable")[:most])
        return found

    def renderings(self, most: int) -> list[tuple[int, int, int, int, int]]:
        """Key, samples, first and last step, and first row of each key, the most used first."""
        keys: Keys = np.ma.getdata(self.columns["key"]).astype(np.uint64)
        distinct, first, of_row, counts = np.unique(
            keys, return_index=True, return_inverse=True, return_counts=True
        )
        last = np.zeros(len(distinct), np.int64)
        last[of_row] = np.arange(len(keys))  # later rows win
        order = np.argsort(-counts, kind="stable")[:most]
        columns = (distinct, counts, self.step[first], self.step[last], first)
        return list(zip(*(column[order].tolist() for column in columns), strict=True))

    def _whole(self, name: str) -> NDArray[np.int64]:
        found: NDArray[np.int64] = np.ma.getdata(self.columns[name]).astype(np.int64)
        return found

    def _finite(self, name: str) -> Floats:
        if name not in self.metrics:
            return np.full(len(self.step), np.nan)
        x = np.ma.filled(self.columns[name].astype(np.float64), np.nan)
        return np.where(finite_ones(x), x, np.nan)


def prompt_samples(
    session: RunSession, chosen: Selection, keys: list[str], *, with_texts: bool
) -> PromptSamples:
    """The samples of some keys.

    Args:
        session: the run, within a snapshot.
        chosen: a selection, of which split, attempt and steps count.
        keys: of all renderings of the prompt.
        with_texts: whether to read the texts as well; where the samples may be too many, `texts_of` reads those of a few.
    """
    schema = session.schema
    # An answer that is a number in every row is a metric.
    metrics = [name for name in (*_METRICS, *ANSWERS) if name in schema.metrics]
    texts = [name for name in ("response", "ground_truth", *ANSWERS) if name in schema.texts]
    columns = {"rowid": "rowid", "key": NUMBER, "step": "step", "attempt": "attempt"}
    columns |= {"file": "file", "line_offset": "line_offset", "row": '"row"'}
    columns |= {name: schema.metric_sql[name] for name in metrics}
    if with_texts:
        columns |= {"prompt": text("prompt"), **{name: schema.text_sql[name] for name in texts}}
    narrowed = Selection(
        chosen.run,
        split=chosen.split,
        attempt=chosen.attempt,
        step=chosen.step,
        step_min=chosen.step_min,
        step_max=chosen.step_max,
    )
    rows = select_samples(session, narrowed)
    condition, values = has_key(keys)
    selected = ", ".join(f'{sql} AS "{name}"' for name, sql in columns.items())
    answer = session.cursor.execute(
        f"SELECT {selected} FROM {rows.table_sql} WHERE {rows.where} AND {condition}", [*rows.values, *values]
    ).fetchnumpy()
    found = {name: np.ma.asarray(column) for name, column in answer.items()}
    order = np.lexsort([np.ma.getdata(found[name]) for name in ("row", "file", "line_offset", "step")])
    return PromptSamples({name: column[order] for name, column in found.items()}, metrics, texts)


def texts_of(
    session: RunSession, samples: PromptSamples, rows: Ints, names: Sequence[str]
) -> dict[str, list[Any]]:
    """Texts of some rows, None where there is none."""
    if all(name in samples.columns for name in names):
        return {name: samples.listed(name, rows) for name in names}
    sql = {"prompt": text("prompt"), **session.schema.text_sql}
    fields = ", ".join(f'{sql[name]} AS "{name}"' for name in names)
    places, table = np.ma.getdata(samples.columns["rowid"])[rows].tolist(), session.schema.table
    found = session.cursor.execute(
        f"SELECT rowid, {fields} FROM {table} WHERE rowid IN ({', '.join(map(str, places)) or 'NULL'})"
    ).fetchall()
    of_row = {row: texts for row, *texts in found}
    return {name: [of_row[place][at] for place in places] for at, name in enumerate(names)}
