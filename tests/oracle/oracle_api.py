"""The HTTP API over a folder of logs, in process: what the oracle's numbers are compared with."""

from __future__ import annotations

import json
from pathlib import Path
from types import SimpleNamespace, TracebackType
from typing import Any, Self
from urllib.parse import urlencode

from tensorboard.backend import application
from tensorboard.backend.event_processing import data_provider, plugin_event_multiplexer
from tensorboard.plugins import base_plugin
from werkzeug.test import Client

from tensorboard_plugin_rlboard.plugin import RLBoardPlugin

Selection = list[tuple[str, str]]
"""Arguments that select samples, the run first."""
_ODD = {"NaN": float("nan"), "Infinity": float("inf"), "-Infinity": float("-inf")}


class Api:
    """Answers of a TensorBoard with the plugin only, whose logs are all indexed."""

    def __init__(self, folder: Path) -> None:
        events = plugin_event_multiplexer.EventMultiplexer()
        provider = data_provider.MultiplexerDataProvider(events, str(folder))
        flags = SimpleNamespace(reload_interval=0, logdir_spec="", rlboard_cache_dir="none")
        context = base_plugin.TBContext(logdir=str(folder), flags=flags, data_provider=provider)
        self._plugin = RLBoardPlugin(context)
        self._plugin._indexer.index_now()
        self._client = Client(application.TensorBoardWSGI([self._plugin], data_provider=provider))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._plugin._indexer.stop()

    def get(self, route: str, *pairs: tuple[str, str]) -> Any:
        """An answer, its numbers as floats: NaN and infinities too."""
        response = self._client.get(f"/data/plugin/rlboard/{route}?{urlencode(pairs)}")
        assert response.status_code == 200, response.get_data(as_text=True)
        return json.loads(response.get_data())

    def run(self, name: str) -> Any:
        """What /runs says of a run."""
        return next(found for found in self.get("runs")["runs"] if found["run"] == name)

    def samples(self, selection: Selection, columns: list[str]) -> list[dict[str, Any]]:
        """The rows of the table of samples, in the order of the log."""
        pairs = [*selection, ("limit", "500"), *(("columns", name) for name in columns)]
        found = self.get("samples", *pairs)["columns"]
        return [{name: number(column[i]) for name, column in found.items()} for i in range(len(found["id"]))]


def number(value: Any) -> Any:
    """A value of an answer: the strings that stand for NaN and infinities as numbers."""
    return _ODD.get(value, value) if isinstance(value, str) else value
