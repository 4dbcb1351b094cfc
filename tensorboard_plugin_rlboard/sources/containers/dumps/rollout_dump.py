"""The rows of a torch file: the samples of a rollout, each with what the rollout's companions have of it.

A dump is an object with ``rollout_id`` and a list ``samples``. A row is one sample, with the numbers and texts of the
whole file in it, and from the companions (``sources/companions.py``):

- ``train_data``: column -> values of the response's tokens, ``rewards``, ``raw_reward``;
- ``trained``: whether the train data has the sample; only where there is train data of the rollout;
- ``trajectory``: the messages of its conversation;
- ``companion_problems``: a sentence for each thing of the train data that was left out.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from tensorboard_plugin_rlboard.sources.companions import (
    CONVERSATION_FOLDER,
    TRAINING_FOLDER,
    Companion,
    companions_of,
)
from tensorboard_plugin_rlboard.sources.containers.base import Container, DamagedFileError
from tensorboard_plugin_rlboard.sources.containers.dumps.conversations import Conversations
from tensorboard_plugin_rlboard.sources.containers.dumps.plain_values import PlainConverter
from tensorboard_plugin_rlboard.sources.containers.dumps.train_shards import TrainShards
from tensorboard_plugin_rlboard.sources.containers.torch_file import TorchArchive, as_damage

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

_Plain = dict[object, object]


def _read_rows(path: Path) -> Iterator[object]:
    whole = TorchArchive(path).load()
    with as_damage(""):
        samples = whole.get("samples") if isinstance(whole, dict) else None
        if not isinstance(whole, dict) or not isinstance(samples, list):
            msg = "It holds no list of samples."
            raise ValueError(msg)  # noqa: TRY004  of the file, not of a caller
        about: _Plain = {
            str(key): value for key, value in whole.items() if isinstance(value, (str, int, float))
        }
        rewards = PlainConverter().convert(whole.get("raw_reward"))
    join = _CompanionJoin(companions_of(str(path)), samples)
    for number, sample in enumerate(samples):
        with as_damage(f" (sample {number + 1})"):
            row = about | _sample_row(sample, rewards, about)
            join.add_to(row, number)
        yield row
    if join.problems:
        raise DamagedFileError(" ".join(join.problems))


def _sample_row(sample: object, rewards: object, about: _Plain) -> _Plain:
    """One sample as a row; its raw reward stands in a list beside the samples."""
    row = PlainConverter().convert(sample)
    if not isinstance(row, dict):
        msg = "It is no object."
        raise ValueError(msg)  # noqa: TRY004  of the file, not of a caller
    found: _Plain = {str(key): value for key, value in row.items() if value is not None}
    if "rollout_id" in about and "rollout_id" in found:
        # Of a sample it is the execution that its siblings share, not the rollout of the file, which is the step.
        found["execution_id"] = found.pop("rollout_id")
    place = found.get("rollout_position")
    if isinstance(rewards, list) and type(place) is int and 0 <= place < len(rewards):
        found["raw_reward"] = rewards[place]
    return found


class _CompanionJoin:
    """Adds to the rows of a rollout what its companions have of them.

    Args:
        companions: The companions that are there.
        samples: The samples of the rollout, with stand-ins.

    Attributes:
        problems: One sentence for each companion that could not be read.
    """

    def __init__(self, companions: Sequence[Companion], samples: Sequence[object]) -> None:
        shards = [one for one in companions if one.place.folder == TRAINING_FOLDER]
        talks = [one for one in companions if one.place.folder == CONVERSATION_FOLDER]
        self._shards = TrainShards(shards) if shards else None
        self._conversations = Conversations(talks[0]) if talks else None
        self._batch = len(samples)
        self._alike = Counter(_index(sample) for sample in samples) if talks else Counter[object]()
        self._met = Counter[object]()
        self.problems = [
            *(self._shards.problems if self._shards else ()),
            *(self._conversations.problems if self._conversations else ()),
        ]

    def add_to(self, row: _Plain, position: int) -> None:
        """Add to one row, in the order of the samples.

        Args:
            row: The row.
            position: Its place among the samples, from 0.
        """
        if self._conversations is not None:
            index = _index(row)
            messages = self._conversations.of(index, self._met[index], self._alike[index])
            self._met[index] += 1
            if messages is not None:
                row["trajectory"] = messages
        if self._shards is None or self._shards.is_empty:
            return
        found = self._shards.of(row, position, self._batch)
        row["trained"] = found is not None
        if found is not None:
            row["train_data"] = found.values
            if found.problems:
                row["companion_problems"] = list(found.problems)


def _index(sample: object) -> object:
    index = sample.get("index") if isinstance(sample, dict) else None
    return index if type(index) is int else None


TORCH = Container("torch", _read_rows, needs_whole_file=True)
