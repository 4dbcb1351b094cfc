"""Reads declarations, hyperparameters and arguments from event files, through TensorBoard's data provider.

No path is opened. TensorBoard keeps the summaries of every plugin, whatever `data_plugin_names` answers: that one only
decides whether the tab is active.
"""

from __future__ import annotations

import json
import logging
import time
from collections.abc import Iterator, Mapping
from typing import Any

from tensorboard.data import provider
from tensorboard.plugins.hparams import metadata as hparams

from tensorboard_plugin_rlboard.training.declarations import EventMetadata, RolloutDeclaration
from tensorboard_plugin_rlboard.training.parse_limits import json_excess

logger = logging.getLogger(__name__)
PLUGIN_NAME = "rlboard"
"""The plugin's name in the summary that the writer leaves in its event file."""
_ARGUMENTS_TAG = "args/text_summary"
"""Hugging Face's trainers, TRL's and ms-swift's among them, write their arguments here as JSON."""


class EventMetadataReader:
    """Reads the metadata of experiments through a data provider, and caches it for a few seconds.

    Args:
        data_provider: A ``tensorboard.data.provider.DataProvider``, or None where TensorBoard has none.
        seconds: how long a result is cached.
    """

    def __init__(self, data_provider: Any, seconds: float = 5.0) -> None:
        self._provider = data_provider
        self._seconds = seconds
        self._cache: dict[str, tuple[float, EventMetadata]] = {}

    def read(self, ctx: Any, experiment_id: str) -> EventMetadata:
        """Read the metadata of an experiment; empty where it cannot be read: rollouts are shown without it, too.

        Args:
            ctx: TensorBoard's request context.
            experiment_id: TensorBoard's experiment ("" normally).
        """
        cached, now = self._cache.get(experiment_id), time.monotonic()
        if cached is not None and now - cached[0] < self._seconds:
            return cached[1]
        found = EventMetadata(
            tuple(self._read_safely(self._read_declarations, ctx, experiment_id)),
            dict(self._read_safely(self._read_hparams, ctx, experiment_id)),
            dict(self._read_safely(self._read_arguments, ctx, experiment_id)),
        )
        if cached is not None and cached[1] == found:
            found = cached[1]
        self._cache[experiment_id] = now, found
        return found

    def _read_safely(self, read: Any, ctx: Any, experiment_id: str) -> list[Any]:
        if self._provider is None:
            return []
        try:
            return list(read(ctx, experiment_id))
        except Exception as error:  # a provider may be any class and raise anything
            logger.debug("TensorBoard's data provider failed", exc_info=error)
            return []

    def _read_declarations(self, ctx: Any, experiment_id: str) -> Iterator[RolloutDeclaration]:
        found = self._provider.list_tensors(ctx, experiment_id=experiment_id, plugin_name=PLUGIN_NAME)
        for run in sorted(found):
            for tag in sorted(found[run]):
                content = _json_object(found[run][tag].plugin_content)
                if content is None or content.get("version") != 1:
                    continue
                files, config = content.get("files"), content.get("config")
                yield RolloutDeclaration(
                    run,
                    tuple(file for file in files if isinstance(file, str)) if isinstance(files, list) else (),
                    config if isinstance(config, dict) else {},
                )

    def _read_hparams(self, ctx: Any, experiment_id: str) -> Iterator[tuple[str, Mapping[str, object]]]:
        """Yield hyperparameters of the summaries where there are any; else of a provider that stores them itself."""
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
                yield run, {name: _hparam_value(started.hparams[name]) for name in started.hparams}
        if found or not hasattr(self._provider, "read_hyperparameters"):  # providers of an older TensorBoard
            return
        for group in self._provider.read_hyperparameters(ctx, experiment_ids=[experiment_id]) or ():
            values = {value.hyperparameter_name: value.value for value in group.hyperparameter_values}
            for session in group.sessions:
                yield session.run, values

    def _read_arguments(self, ctx: Any, experiment_id: str) -> Iterator[tuple[str, Mapping[str, object]]]:
        found = self._provider.read_tensors(
            ctx,
            experiment_id=experiment_id,
            plugin_name="text",
            downsample=1,
            run_tag_filter=provider.RunTagFilter(tags=[_ARGUMENTS_TAG]),
        )
        for run in sorted(found):
            for data in found[run].values():
                content = _json_object(data[-1].numpy.item(0)) if data and data[-1].numpy.size else None
                if content is not None:
                    yield run, content


def _json_object(content: object) -> Mapping[str, object] | None:
    """A JSON object; None where it is none."""
    if not isinstance(content, (bytes, str)):
        return None
    try:
        text = content.decode("utf-8") if isinstance(content, bytes) else content
        found = None if json_excess(text) else json.loads(text)
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None


def _hparam_value(value: Any) -> object:
    kind = value.WhichOneof("kind")
    return getattr(value, kind) if kind in {"number_value", "string_value", "bool_value"} else None
