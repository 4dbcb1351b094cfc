"""What event files say of a run beside its scalars: which rollouts are its own, and how it was set up.

Read through TensorBoard's data provider, so never a path is opened. TensorBoard keeps the summaries of every plugin,
whatever `data_plugin_names` answers: that one only decides whether the tab is active.
"""

from __future__ import annotations

import json
import logging
import time
from collections.abc import Iterator, Mapping
from typing import Any

from tensorboard.data import provider
from tensorboard.plugins.hparams import metadata as hparams

from tensorboard_plugin_rlboard.training.hyperparameters.merge import Declaration, EventFacts

logger = logging.getLogger(__name__)
OWNER = "rlboard"
"""The plugin's name in the summary that the writer leaves in its event file."""
_ARGUMENTS = "args/text_summary"
"""Hugging Face's trainers, TRL's and ms-swift's among them, write their arguments here as JSON."""


class EventReader:
    """Reads them through a data provider of TensorBoard, and keeps them for a few seconds.

    Args:
        data_provider: A ``tensorboard.data.provider.DataProvider``, or None where TensorBoard has none.
        seconds: how long an answer is kept.
    """

    def __init__(self, data_provider: Any, seconds: float = 5.0) -> None:
        self._provider = data_provider
        self._seconds = seconds
        self._kept: dict[str, tuple[float, EventFacts]] = {}

    def facts(self, ctx: Any, experiment_id: str) -> EventFacts:
        """What the event files say; empty where they cannot be read, because a log without them is whole, too."""
        known, now = self._kept.get(experiment_id), time.monotonic()
        if known is not None and now - known[0] < self._seconds:
            return known[1]
        found = EventFacts(
            tuple(self._each(self._declarations, ctx, experiment_id)),
            dict(self._each(self._hparams, ctx, experiment_id)),
            dict(self._each(self._arguments, ctx, experiment_id)),
        )
        if known is not None and known[1] == found:
            found = known[1]
        self._kept[experiment_id] = now, found
        return found

    def _each(self, read: Any, ctx: Any, experiment_id: str) -> list[Any]:
        if self._provider is None:
            return []
        try:
            return list(read(ctx, experiment_id))
        except Exception as error:  # a provider may be any class and raise anything
            logger.debug("TensorBoard's data provider failed", exc_info=error)
            return []

    def _declarations(self, ctx: Any, experiment_id: str) -> Iterator[Declaration]:
        found = self._provider.list_tensors(ctx, experiment_id=experiment_id, plugin_name=OWNER)
        for run in sorted(found):
            for tag in sorted(found[run]):
                said = _object(found[run][tag].plugin_content)
                if said is None or said.get("version") != 1:
                    continue
                files, config = said.get("files"), said.get("config")
                yield Declaration(
                    run,
                    tuple(file for file in files if isinstance(file, str)) if isinstance(files, list) else (),
                    config if isinstance(config, dict) else {},
                )

    def _hparams(self, ctx: Any, experiment_id: str) -> Iterator[tuple[str, Mapping[str, object]]]:
        """Of the summaries where there are any; else of a provider that keeps hyperparameters itself."""
        found = self._provider.list_tensors(
            ctx,
            experiment_id=experiment_id,
            plugin_name=hparams.PLUGIN_NAME,
            run_tag_filter=provider.RunTagFilter(tags=[hparams.SESSION_START_INFO_TAG]),
        )
        for run in sorted(found):
            for series in found[run].values():
                try:
                    started = hparams.parse_session_start_info_plugin_data(series.plugin_content)
                except Exception as error:  # of protobuf's implementations each raises its own
                    logger.debug("The hyperparameters of a run cannot be read", exc_info=error)
                    continue
                yield run, {name: _value(started.hparams[name]) for name in started.hparams}
        if found or not hasattr(self._provider, "read_hyperparameters"):  # providers of an older TensorBoard
            return
        for group in self._provider.read_hyperparameters(ctx, experiment_ids=[experiment_id]) or ():
            values = {value.hyperparameter_name: value.value for value in group.hyperparameter_values}
            for session in group.sessions:
                yield session.run, values

    def _arguments(self, ctx: Any, experiment_id: str) -> Iterator[tuple[str, Mapping[str, object]]]:
        found = self._provider.read_tensors(
            ctx,
            experiment_id=experiment_id,
            plugin_name="text",
            downsample=1,
            run_tag_filter=provider.RunTagFilter(tags=[_ARGUMENTS]),
        )
        for run in sorted(found):
            for data in found[run].values():
                said = _object(data[-1].numpy.item(0)) if data and data[-1].numpy.size else None
                if said is not None:
                    yield run, said


def _object(content: object) -> Mapping[str, object] | None:
    """A JSON object; None where it is none."""
    if not isinstance(content, (bytes, str)):
        return None
    try:
        found = json.loads(content)
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None


def _value(value: Any) -> object:
    kind = value.WhichOneof("kind")
    return getattr(value, kind) if kind in {"number_value", "string_value", "bool_value"} else None
