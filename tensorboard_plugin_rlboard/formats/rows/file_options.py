"""The options that one file adds to its format: step and split of its path, its tokenizer, discounts of its run."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import PurePosixPath
from types import MappingProxyType

from tensorboard_plugin_rlboard.formats.base import Format, LineContext, PathDefaults, Row

SPLIT_OF_ALL = "split_of_all"
"""Option of a file whose split counts for all of its rows, whatever they say."""
_FILE_OPTIONS = ("step", "split", SPLIT_OF_ALL, "tokenizer", "gamma", "lam", "reward")


def bind_to_file(file_format: Format, path: str, options: Mapping[str, str]) -> Format:
    """The format with the options of one file, in place of any file's that it had before.

    Args:
        file_format: the format of the file.
        path: the file.
        options: `tokenizer`, `gamma` and `lam` of the file; a step or split among them counts before the path's.
    """
    defaults = file_format.path_defaults(PurePosixPath(path))
    step = "" if defaults.step is None else str(defaults.step)
    return file_format.without_options(*_FILE_OPTIONS).with_options(
        **{"step": step, "split": defaults.split} | dict(options)
    )


def file_defaults(file_format: Format) -> PathDefaults:
    """Step and split of the file that a format is bound to."""
    return PathDefaults(
        int(step) if (step := file_format.options.get("step")) else None, file_format.options.get("split", "")
    )


def says_split_of_all(file_format: Format) -> bool:
    """Whether the user has said the split of all rows of the file that a format is bound to."""
    return bool(file_format.options.get(SPLIT_OF_ALL))


def discounts(file_format: Format) -> tuple[float, float]:
    """The discount γ and GAE's λ of the run that a file belongs to; 1 where they are not known."""
    return float(file_format.options.get("gamma", 1)), float(file_format.options.get("lam", 1))


def line_context(
    file_format: Format, path: str, annotations: Mapping[str, Sequence[Row]] = MappingProxyType({})
) -> LineContext:
    """The context of a file's lines: defaults of its path, tokenizer, annotations."""
    return LineContext(
        file_defaults(file_format),
        *(_decoders(path, named) if (named := file_format.options.get("tokenizer")) else (None, None)),
        annotations,
    )


def _decoders(
    path: str, named: str
) -> tuple[Callable[[Sequence[int]], list[str]] | None, Callable[[Sequence[int]], str] | None]:
    """How token ids of a file become strings and text, by the tokenizer that its options name."""
    from tensorboard_plugin_rlboard.formats.tokenization.tokenizer import load_tokenizer  # noqa: PLC0415 (remote files and mounts; few workers decode ids)

    return load_tokenizer(path, named) or (None, None)
