"""Event files as trainers and our writer write them, by TensorBoard's own writer."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from tensorboard.compat.proto.event_pb2 import Event
from tensorboard.compat.proto.summary_pb2 import DATA_CLASS_TENSOR, Summary, SummaryMetadata
from tensorboard.plugins.hparams import plugin_data_pb2
from tensorboard.plugins.hparams.metadata import SESSION_START_INFO_TAG, create_summary_metadata
from tensorboard.summary.writer.event_file_writer import EventFileWriter
from tensorboard.util import tensor_util


def scalars(folder: Path, tags: Mapping[str, Sequence[float]]) -> None:
    """Curves from step 0 on."""
    writer = EventFileWriter(str(folder))
    for tag, values in tags.items():
        for step, value in enumerate(values):
            summary = Summary(value=[Summary.Value(tag=tag, simple_value=value)])
            writer.add_event(Event(step=step, wall_time=100.0 + step, summary=summary))
    writer.close()


def add(folder: Path, tag: str, metadata: SummaryMetadata, value: Any = ()) -> None:
    """A tensor, of no elements by default."""
    writer = EventFileWriter(str(folder))
    tensor = tensor_util.make_tensor_proto(value if len(value) else np.zeros(0, np.float32))
    summary = Summary(value=[Summary.Value(tag=tag, tensor=tensor, metadata=metadata)])
    writer.add_event(Event(step=0, wall_time=100.0, summary=summary))
    writer.close()


def declare(folder: Path, content: object, tag: str = "rlboard/rollouts") -> None:
    """What `RolloutWriter` leaves in its event file."""
    text = content if isinstance(content, bytes) else json.dumps(content).encode()
    data = SummaryMetadata.PluginData(plugin_name="rlboard", content=text)
    add(folder, tag, SummaryMetadata(plugin_data=data, data_class=DATA_CLASS_TENSOR))


def hyperparameters(folder: Path, values: dict[str, Any]) -> None:
    """TensorBoard's native hyperparameters."""
    started = plugin_data_pb2.SessionStartInfo()
    for name, value in values.items():
        kind = (
            "bool_value"
            if isinstance(value, bool)
            else "string_value"
            if isinstance(value, str)
            else "number_value"
        )
        setattr(started.hparams[name], kind, value)
    add(
        folder,
        SESSION_START_INFO_TAG,
        create_summary_metadata(plugin_data_pb2.HParamsPluginData(session_start_info=started)),
    )


def arguments(folder: Path, text: str) -> None:
    """The arguments of a trainer of Hugging Face's."""
    data = SummaryMetadata.PluginData(plugin_name="text")
    add(folder, "args/text_summary", SummaryMetadata(plugin_data=data), [text.encode()])
