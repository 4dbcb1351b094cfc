"""TensorBoard's two data providers over a folder of event files."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from tensorboard.backend.event_processing import data_provider, plugin_event_multiplexer
from tensorboard.data import server_ingester
from tensorboard.util import grpc_util

if TYPE_CHECKING:
    from pathlib import Path


def multiplexer(logs: Path) -> Any:
    """The one of --load_fast=false, loaded."""
    events = plugin_event_multiplexer.EventMultiplexer()
    events.AddRunsFromDirectory(str(logs))
    events.Reload()
    return data_provider.MultiplexerDataProvider(events, str(logs))


def data_server(logs: Path) -> Any:
    """The one of --load_fast=true, which loads in the background."""
    try:
        binary = server_ingester.get_server_binary()
    except server_ingester.NoDataServerError as error:
        pytest.skip(str(error))
    ingester = server_ingester.SubprocessServerDataIngester(
        binary, str(logs), reload_interval=0, channel_creds_type=grpc_util.ChannelCredsType.LOCAL
    )
    ingester.start()
    return ingester.data_provider
