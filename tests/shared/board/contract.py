"""The whole stack in process, and the questions whose answers are recorded."""

from __future__ import annotations

import json
import math
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from tensorboard.backend import application
from tensorboard.backend.event_processing import data_provider, plugin_event_multiplexer
from tensorboard.compat.proto.event_pb2 import Event
from tensorboard.compat.proto.summary_pb2 import Summary
from tensorboard.plugins import base_plugin
from tensorboard.summary.writer.event_file_writer import EventFileWriter
from werkzeug.test import Client

from tensorboard_plugin_rlboard.plugin import RLBoardPlugin

if TYPE_CHECKING:
    from werkzeug.test import TestResponse


HOME = "/data/plugin/rlboard/"


class Stack:
    """A TensorBoard with the plugin only, asked without a network."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        writer = EventFileWriter(str(folder / "ppo" / "tensorboard"))
        for step in (1, 2, 3):
            for tag, number in (("loss", 1.0 / step), ("actor/lr", math.nan if step == 2 else 0.5)):
                summary = Summary(value=[Summary.Value(tag=tag, simple_value=number)])
                writer.add_event(Event(step=step, wall_time=100.0 + step, summary=summary))
        writer.close()
        events = plugin_event_multiplexer.EventMultiplexer()
        events.AddRunsFromDirectory(str(folder))
        events.Reload()
        provider = data_provider.MultiplexerDataProvider(events, str(folder))
        flags = SimpleNamespace(reload_interval=0, logdir_spec="")
        context = base_plugin.TBContext(logdir=str(folder), flags=flags, data_provider=provider)
        self.plugin = RLBoardPlugin(context)
        self.client = Client(application.TensorBoardWSGI([self.plugin], data_provider=provider))

    def wait(self) -> None:
        indexer = self.plugin._indexer
        indexer.start()
        assert indexer._thread is not None
        indexer._thread.join(60)
        assert not indexer.registry.failure

    def get(self, route: str, *pairs: tuple[str, str], **headers: str) -> TestResponse:
        query = f"?{urlencode(pairs)}" if pairs else ""
        return self.client.get(f"{HOME}{route}{query}", headers=headers)

    def json(self, route: str, *pairs: tuple[str, str]) -> Any:
        response = self.get(route, *pairs)
        assert response.status_code == 200, response.get_data(as_text=True)
        assert response.mimetype == "application/json"
        return json.loads(response.get_data(), parse_constant=_no_constant)


def _no_constant(name: str) -> None:
    """A browser's JSON.parse refuses NaN and Infinity; so does this."""
    raise AssertionError(f"bare {name} in an answer")


RUN = ("run", "ppo")
