"""Reads TensorBoard's own scalars of a training (loss, learning rate) through its data provider.

The provider has the same interface in all of TensorBoard's modes. Its points are a sample (1,000 per curve by default,
drawn while loading; the last is always kept), and right after the start it may not have loaded everything: read again
when TensorBoard reloads.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from tensorboard import errors
from tensorboard.data import provider

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

logger = logging.getLogger(__name__)

# The name under which both old (simple_value) and new (tensor) scalar summaries are kept.
_PLUGIN_NAME = "scalars"
# Points per curve at most, where TensorBoard was told to keep more than its 1,000.
_MAX_POINTS = 10_000


@dataclass(frozen=True, slots=True)
class ScalarCurve:
    """One curve, in the order of its steps.

    Attributes:
        step: The trainer's steps.
        wall_time: Seconds since 1970.
        value: The values; NaN and infinities are kept.
    """

    step: list[int]
    wall_time: list[float]
    value: list[float]


@dataclass(frozen=True, slots=True)
class ListedTags:
    """The tags of each scalar run, sorted; empty with a reason where they could not be listed."""

    tags_by_run: dict[str, list[str]] = field(default_factory=dict)
    reason: str = ""


@dataclass(frozen=True, slots=True)
class ReadCurves:
    """Curves by tag; empty with a reason where they could not be read."""

    series_by_tag: dict[str, ScalarCurve] = field(default_factory=dict)
    reason: str = ""


class ScalarReader:
    """Reads scalars through a data provider of TensorBoard.

    Args:
        data_provider: A ``tensorboard.data.provider.DataProvider``, or None where TensorBoard has none.
    """

    def __init__(self, data_provider: Any) -> None:
        self._provider = data_provider

    def list_tags(self, ctx: Any, experiment_id: str, runs: Collection[str] | None = None) -> ListedTags:
        """List the scalars of some runs.

        Args:
            ctx: TensorBoard's request context.
            experiment_id: TensorBoard's experiment ("" normally).
            runs: Names of scalar runs; None for all.

        Returns:
            The tags of every run that has scalars.
        """
        if self._provider is None:
            return ListedTags(reason=_NO_PROVIDER)
        try:
            found = self._provider.list_scalars(
                ctx,
                experiment_id=experiment_id,
                plugin_name=_PLUGIN_NAME,
                run_tag_filter=provider.RunTagFilter(runs=runs),
            )
        except Exception as error:  # noqa: BLE001 (a provider may be any class and raise anything)
            return ListedTags(reason=_reason(error))
        return ListedTags({run: sorted(found[run]) for run in sorted(found) if found[run]})

    def read_series(
        self, ctx: Any, experiment_id: str, runs: Sequence[str], tags: Collection[str]
    ) -> ReadCurves:
        """Read some curves.

        Args:
            ctx: TensorBoard's request context.
            experiment_id: TensorBoard's experiment ("" normally).
            runs: Names of scalar runs; where several have the same tag, the first of them counts.
            tags: Names of tags.

        Returns:
            The curves, without those that do not exist.
        """
        if self._provider is None:
            return ReadCurves(reason=_NO_PROVIDER)
        try:
            found = self._provider.read_scalars(
                ctx,
                experiment_id=experiment_id,
                plugin_name=_PLUGIN_NAME,
                downsample=_MAX_POINTS,
                run_tag_filter=provider.RunTagFilter(runs=runs, tags=tags),
            )
        except Exception as error:  # noqa: BLE001 (see above)
            return ReadCurves(reason=_reason(error))
        by_tag: dict[str, ScalarCurve] = {}
        for run in runs:
            for tag in tags:
                data = found.get(run, {}).get(tag)
                if data and tag not in by_tag:
                    by_tag[tag] = _series(data)
        return ReadCurves(by_tag)


_NO_PROVIDER = "TensorBoard was started without a data provider."


def _series(data: Iterable[Any]) -> ScalarCurve:
    points = sorted(
        ((int(d.step), float(d.wall_time), float(d.value)) for d in data), key=lambda point: point[0]
    )
    return ScalarCurve([p[0] for p in points], [p[1] for p in points], [p[2] for p in points])


def _reason(error: Exception) -> str:
    logger.debug("TensorBoard's data provider failed", exc_info=error)
    # Only a public error's text is meant to be shown.
    detail = str(error) if isinstance(error, errors.PublicError) else type(error).__name__
    return f"TensorBoard's scalars could not be read: {detail}"
