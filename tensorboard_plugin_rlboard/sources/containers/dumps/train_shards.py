"""What the trainer computed for the samples of one rollout, from the files that its ranks have written.

A shard of miles (``D/train_data/<id>_<rank>.pt``) has a column for each quantity and in it an entry for each sample of
its data-parallel rank: ``sample_indices`` says of which. The ranks of tensor parallelism hold copies of one another, of
pipeline parallelism only the last ones have what was computed, and of context parallelism each has a slice of every
response. A file of slime (``D/train_data/<id>.pt``, format_version 2) has one object for each sample, and no slices.

Read are only the pickles at first, without the tensors; a tensor is read when the sample that it is of is asked for.
So the memory that is taken is known before: that of one sample, and about 400 bytes for each entry of a column, of
which copies are dropped at once.

Sources: ``miles/utils/train_dump_utils.py`` and ``miles/ray/rollout/train_data_conversion.py`` of radixark/miles 31f1ca9
(with ``cp_rank``, ``cp_size``, ``qkv_format``), earlier states without these; ``slime/observability/train_data_utils.py``
of THUDM/slime 624b824.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from tensorboard_plugin_rlboard.sources.containers.base import DamagedFileError
from tensorboard_plugin_rlboard.sources.containers.dumps.plain_values import PlainConverter
from tensorboard_plugin_rlboard.sources.containers.dumps.train_columns import (
    KEPT,
    SLICED,
    WHOLE,
    Entry,
    whole_column,
)
from tensorboard_plugin_rlboard.sources.containers.torch_file import TorchArchive, as_damage

if TYPE_CHECKING:
    from tensorboard_plugin_rlboard.sources.companions import Companion

_MAX_ENTRIES = 1_000_000
"""Entries of columns that are held of all shards together: 4,096 samples of 20 columns in 8 slices are 655,360."""


@dataclass(frozen=True, slots=True)
class TrainedSample:
    """What is known of one sample.

    Attributes:
        values: Column -> list of one value a response token; ``rewards`` and ``raw_reward`` are numbers.
        problems: One sentence for each thing that is left out.
    """

    values: Mapping[str, object]
    problems: Sequence[str]


class TrainShards:
    """The train data of one rollout.

    Args:
        files: Its files.

    Attributes:
        problems: One sentence for each file that could not be read.
        is_empty: Whether no file has anything of any sample.
    """

    def __init__(self, files: Sequence[Companion]) -> None:
        self.problems: list[str] = []
        self._by_index: dict[object, list[Entry]] = {}
        self._by_position: dict[object, list[Entry]] = {}
        self._raw_rewards: object = None
        self._entries_left = _MAX_ENTRIES
        self._seen: set[object] = set()
        for file in files:
            name = f"{file.place.folder}/{Path(file.path).name}"
            try:
                with as_damage(""):
                    self._add(name, TorchArchive(Path(file.path)).load())
            except DamagedFileError as error:
                self.problems.append(f"{name}: {error} What it has of samples is missing.")
            except OSError as error:
                self.problems.append(f"{name} cannot be read: {error.strerror or error}.")

    @property
    def is_empty(self) -> bool:
        """Whether no file has anything of any sample."""
        return not self._by_index and not self._by_position

    def of(self, row: Mapping[object, object], position: int, batch: int) -> TrainedSample | None:
        """What the trainer computed for a sample; None where it has nothing of it, so that it was not trained on.

        A sample is found by its index (slime: by its position) and by its tokens, which have to be the same: indices
        may stand several times in a rollout, and the files may be of another start of the training.

        Args:
            row: The sample, of plain values.
            position: Its place among the samples of the rollout, from 0.
            batch: How many samples the rollout has.
        """
        candidates = self._by_position.get(position) or self._by_index.get(row.get("index"), [])
        if not candidates:
            return None
        converter = PlainConverter()
        entries = [
            entry
            for entry in candidates
            if converter.convert(entry.values.get("tokens")) == row.get("tokens")
        ]
        index = row.get("index")
        if not entries:
            shards = ", ".join(sorted({entry.shard for entry in candidates})[:3])
            return TrainedSample(
                {},
                [
                    f"The train data of sample {index} ({shards}) has other tokens than the sample; it is left out."
                ],
            )
        if len({entry.shard for entry in entries}) < len(entries):
            return TrainedSample(
                {},
                [f"The train data has sample {index} more than once, with the same tokens; it is left out."],
            )
        return self._joined(entries, converter, position, batch)

    def _joined(
        self, entries: Sequence[Entry], converter: PlainConverter, position: int, batch: int
    ) -> TrainedSample:
        values: dict[str, object] = {}
        problems = []
        for column in (*SLICED, *WHOLE):
            try:
                found = whole_column(entries, column, converter)
            except ValueError as error:
                problems.append(
                    f"{column} of the train data is left out: {str(error).removesuffix('.')} ({entries[0].shard})."
                )
                continue
            if found is not None:
                values[column] = found
        rewards = next((entry.values["rewards"] for entry in entries if "rewards" in entry.values), None)
        raw = self._raw_rewards
        # Of the whole batch, in the order of the rollout, and of another batch where their number differs.
        raw_reward = raw[position] if isinstance(raw, list) and len(raw) == batch else None
        for name, value in (("rewards", rewards), ("raw_reward", raw_reward)):
            number = converter.convert(value)
            if isinstance(number, (int, float)):
                values[name] = number
        return TrainedSample(values, problems)

    def _add(self, name: str, whole: object) -> None:
        """Take the entries of one file."""
        about: Mapping[object, object] = whole if isinstance(whole, dict) else {}
        columns, samples = about.get("rollout_data"), about.get("samples")
        if isinstance(columns, dict):
            self._add_columns(name, about, columns)
        elif isinstance(samples, list):
            self._take_raw_rewards(about)
            for sample in samples:
                if isinstance(sample, dict):
                    entry = Entry(name, {key: sample[key] for key in KEPT if key in sample}, 0, 1, False)
                    self._keep(entry, sample.get("sample_index"), sample.get("rollout_position"))
        else:
            msg = "It holds no train data of samples."
            raise ValueError(msg)  # noqa: TRY004  of the file, not of a caller

    def _add_columns(
        self, name: str, whole: Mapping[object, object], columns: Mapping[object, object]
    ) -> None:
        self._take_raw_rewards(columns)
        indices = PlainConverter().convert(columns.get("sample_indices"))
        if not isinstance(indices, list):
            msg = "It does not say which samples it is of (sample_indices)."
            raise ValueError(msg)  # noqa: TRY004  of the file, not of a caller
        found = {key: _items(columns[key], len(indices)) for key in KEPT if columns.get(key) is not None}
        kept = {key: items for key, items in found.items() if items is not None}
        rank, size = whole.get("cp_rank"), whole.get("cp_size")
        where = (-1, -1)
        if isinstance(rank, int) and isinstance(size, int) and 0 <= rank < size:
            where = (rank, size)
        # A copy by another rank of tensor parallelism: the same samples, the same slices, the same columns.
        copy = (tuple(indices), where, frozenset(kept))
        if where[0] >= 0 and copy in self._seen:
            return
        self._seen.add(copy)
        for number, index in enumerate(indices):
            values = {key: items[number] for key, items in kept.items()}
            entry = Entry(name, values, *where, whole.get("qkv_format", "thd") != "thd")
            self._keep(entry, index, None)

    def _take_raw_rewards(self, holder: Mapping[object, object]) -> None:
        if self._raw_rewards is None:
            self._raw_rewards = PlainConverter().convert(holder.get("raw_reward"))

    def _keep(self, entry: Entry, index: object, position: object) -> None:
        self._entries_left -= 1 + len(entry.values)
        if self._entries_left < 0:
            msg = f"The train data of this rollout has more than {_MAX_ENTRIES:,} entries, too many to be joined."
            raise ValueError(msg)
        if type(position) is int:
            self._by_position.setdefault(position, []).append(entry)
        elif type(index) is int:
            self._by_index.setdefault(index, []).append(entry)


def _items(column: object, count: int) -> Sequence[object] | None:
    """A column as a list of entries; None where it has not one for each sample."""
    if not isinstance(column, (list, tuple)) or len(column) != count:
        column = PlainConverter().convert(column)  # numbers that the pickle's reader holds as an array
    return column if isinstance(column, list) and len(column) == count else None
