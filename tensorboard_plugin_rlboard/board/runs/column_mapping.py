"""Which keys of a run's rows were taken for which of our columns, where no format knew them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from tensorboard_plugin_rlboard.formats.generic import key_mapping
from tensorboard_plugin_rlboard.index.run import RunIndex

_NOTE = "Save this as rlboard.toml in the folder of the run, and correct what is wrong."


@dataclass(frozen=True)
class ColumnMapping:
    """The mapping of a run.

    Attributes:
        columns: our column -> key of the rows; None where formats knew all files.
        guessed: whether nobody has said so yet.
        toml: the text of the rlboard.toml that says it; empty where there is none.
    """

    columns: Mapping[str, str] | None = None
    guessed: bool = False
    toml: str = ""


def column_mapping(run: RunIndex) -> ColumnMapping:
    """The mapping of a run; of several, that of the first file by its path."""
    files = tuple(run.files.values())  # the indexing thread may add one meanwhile
    for file in sorted(files, key=lambda file: file.relative):
        mapping = file.format.mapping
        if mapping is not None:
            toml = key_mapping.mapping_toml(mapping.keys, _NOTE)
            return ColumnMapping(dict(mapping.keys), mapping.guessed, toml)
    return ColumnMapping()
