"""TensorBoard's own scalars of a training, beside its rollouts.

The trainer writes loss and learning rate into event files, often in another folder than the rollouts. They are
read through TensorBoard's data provider, which is the same in all its modes. Its points are a sample (1,000 per
curve by default, drawn while loading; the last is always kept), and right after the start it may not have
loaded everything: ask again when TensorBoard reloads.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass, field
from functools import lru_cache
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
class ScalarSeries:
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
class ScalarTags:
    """The tags of each scalar run, sorted; empty with a reason where they could not be listed."""

    by_run: dict[str, list[str]] = field(default_factory=dict)
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Scalars:
    """Curves by tag; empty with a reason where they could not be read."""

    by_tag: dict[str, ScalarSeries] = field(default_factory=dict)
    reason: str = ""


class ScalarReader:
    """Reads scalars through a data provider of TensorBoard.

    Args:
        data_provider: A ``tensorboard.data.provider.DataProvider``, or None where TensorBoard has none.
    """

    def __init__(self, data_provider: Any) -> None:
        self._provider = data_provider

    def tags(self, ctx: Any, experiment_id: str, runs: Collection[str] | None = None) -> ScalarTags:
        """List the scalars of some runs.

        Args:
            ctx: TensorBoard's request context.
            experiment_id: TensorBoard's experiment ("" normally).
            runs: Names of scalar runs; None for all.

        Returns:
            The tags of every run that has scalars.
        """
        if self._provider is None:
            return ScalarTags(reason=_NO_PROVIDER)
        try:
            found = self._provider.list_scalars(
                ctx,
                experiment_id=experiment_id,
                plugin_name=_PLUGIN_NAME,
                run_tag_filter=provider.RunTagFilter(runs=runs),
            )
        except Exception as error:  # noqa: BLE001 (a provider may be any class and raise anything)
            return ScalarTags(reason=_reason(error))
        return ScalarTags({run: sorted(found[run]) for run in sorted(found) if found[run]})

    def read(self, ctx: Any, experiment_id: str, runs: Sequence[str], tag_list: Collection[str]) -> Scalars:
        """Read some curves.

        Args:
            ctx: TensorBoard's request context.
            experiment_id: TensorBoard's experiment ("" normally).
            runs: Names of scalar runs; where several have the same tag, the first of them counts.
            tag_list: Names of tags.

        Returns:
            The curves, without those that do not exist.
        """
        if self._provider is None:
            return Scalars(reason=_NO_PROVIDER)
        try:
            found = self._provider.read_scalars(
                ctx,
                experiment_id=experiment_id,
                plugin_name=_PLUGIN_NAME,
                downsample=_MAX_POINTS,
                run_tag_filter=provider.RunTagFilter(runs=runs, tags=tag_list),
            )
        except Exception as error:  # noqa: BLE001 (see above)
            return Scalars(reason=_reason(error))
        by_tag: dict[str, ScalarSeries] = {}
        for run in runs:
            for tag in tag_list:
                data = found.get(run, {}).get(tag)
                if data and tag not in by_tag:
                    by_tag[tag] = _series(data)
        return Scalars(by_tag)


_NO_PROVIDER = "TensorBoard was started without a data provider."


def _series(data: Iterable[Any]) -> ScalarSeries:
    points = sorted(
        ((int(d.step), float(d.wall_time), float(d.value)) for d in data), key=lambda point: point[0]
    )
    return ScalarSeries([p[0] for p in points], [p[1] for p in points], [p[2] for p in points])


def _reason(error: Exception) -> str:
    logger.debug("TensorBoard's data provider failed", exc_info=error)
    # Only a public error's text is meant to be shown.
    detail = str(error) if isinstance(error, errors.PublicError) else type(error).__name__
    return f"TensorBoard's scalars could not be read: {detail}"


def paired(run: str, scalar_runs: Iterable[str], rollout_runs: Iterable[str] = ()) -> list[str]:
    """Find the scalar runs that belong to a folder of rollouts.

    The first rule that finds any decides:

    1. The scalar run of the same name, followed by those in folders below it (``exp`` and ``exp/tensorboard``)
       as far as no other rollouts lie nearer to them.
    2. Going up from the rollouts' folder, the first folder that has scalars itself or below: if it has some
       itself, those (``exp`` for ``exp/rollouts``); else, if they all lie in one of its subfolders and no
       rollouts lie there (which would make it another training), all in that subfolder (``exp/runs/Nov22`` for
       ``exp/completions``); else none, because any choice would be a guess.

    Args:
        run: The run of the rollouts.
        scalar_runs: Names of all runs with scalars.
        rollout_runs: Names of all runs with rollouts.

    Returns:
        Names of scalar runs, the one of the same name first, then in the order of their names.
    """
    home = _parts(run)
    others = [parts for parts in map(_parts, rollout_runs) if parts != home]
    below: list[str] = []
    beside: list[tuple[tuple[str, ...], str]] = []
    for parts, name in sorted((_parts(name), name) for name in scalar_runs):
        if parts[: len(home)] != home:
            beside.append((parts, name))
        elif not any(len(other) > len(home) and parts[: len(other)] == other for other in others):
            below.append(name)
    if below:
        return below
    for depth in range(len(home) - 1, -1, -1):
        inside = [(parts[depth:], name) for parts, name in beside if parts[:depth] == home[:depth]]
        if not inside:
            continue
        itself = [name for parts, name in inside if not parts]
        if itself:
            return itself
        subfolders = {parts[0] for parts, _ in inside}
        taken = any(
            other[:depth] == home[:depth] and set(other[depth : depth + 1]) & subfolders for other in others
        )
        return [name for _, name in inside] if len(subfolders) == 1 and not taken else []
    return []


@lru_cache(maxsize=65_536)  # every run is compared with every other one
def _parts(run: str) -> tuple[str, ...]:
    """Split a run's name into its folders; "." says "directly here" and is none."""
    return tuple(part for part in run.split("/") if part != ".")
