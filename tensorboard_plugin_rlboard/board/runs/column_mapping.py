"""Which keys of a run's rows were taken for our words, where no format knew them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from tensorboard_plugin_rlboard.formats.generic import key_mapping
from tensorboard_plugin_rlboard.index.run import RunIndex

_NOTE = "Save this as rlboard.toml in the folder of the run, and correct what is wrong."


@dataclass(frozen=True)
class Mapped:
    """The mapping of a run.

    Attributes:
        words: our word -> key of the rows; None where formats knew all files.
        guessed: whether nobody has said so yet.
        toml: the text of the rlboard.toml that says it; empty where there is none.
    """

    words: Mapping[str, str] | None = None
    guessed: bool = False
    toml: str = ""


def mapped(run: RunIndex) -> Mapped:
    """The mapping of a run; of several, that of the first file by its path."""
    files = tuple(run.files.values())  # the refresh thread may add one meanwhile
    for file in sorted(files, key=lambda file: file.relative):
        mapping = file.format.mapping
        if mapping is not None:
            return Mapped(dict(mapping.keys), mapping.guessed, key_mapping.mapping_toml(mapping.keys, _NOTE))
    return Mapped()
