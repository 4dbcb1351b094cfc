"""The column mapping of a run: which keys hold which of our columns, what a row is, and what comes from paths."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import PurePosixPath

from tensorboard_plugin_rlboard.formats.base import Format
from tensorboard_plugin_rlboard.formats.generic import key_mapping
from tensorboard_plugin_rlboard.formats.generic.fields import SAMPLE
from tensorboard_plugin_rlboard.formats.native import NATIVE
from tensorboard_plugin_rlboard.formats.rows.file_options import file_defaults
from tensorboard_plugin_rlboard.formats.rows.path_names import source_of_default, step_and_split_from_names
from tensorboard_plugin_rlboard.index.detect.named_fields import SPLIT_OF_REST
from tensorboard_plugin_rlboard.index.detect.sibling_names import source_beside_others
from tensorboard_plugin_rlboard.index.run import RunIndex
from tensorboard_plugin_rlboard.index.run_file import IndexedFile

_GLOB, _DIGITS = re.compile(r"[][*?]"), re.compile(r"[0-9]+")
"""What a glob reads otherwise, and what differs in the names of files that are written one after the other."""
_MAX_DOUBTS = 3
"""Doubts of further files that are said; files of one trainer have one."""
_TOML_NOTE = "Save this as rlboard.toml in the folder of the run, and correct what is wrong."


@dataclass(frozen=True)
class ColumnMapping:
    """The mapping of a run.

    Attributes:
        columns: our column -> key of the rows; None where formats knew all files.
        guessed: whether it was guessed, and not written by the user.
        toml: the text of the rlboard.toml that says it; empty where there is none.
        sources: our column -> where it comes from, as it is shown; of a known format only what its path says.
        alternatives: our column -> other keys that might hold it.
        doubt: one sentence where another mapping is about as good; empty where the rows are clear.
        shape: what a row is (`fields.SHAPES`).
    """

    columns: Mapping[str, str] | None = None
    guessed: bool = False
    toml: str = ""
    sources: Mapping[str, str] = field(default_factory=dict)
    alternatives: Mapping[str, Sequence[str]] = field(default_factory=dict)
    doubt: str = ""
    shape: str = SAMPLE


def column_mapping(run: RunIndex, *, has_runs_below: bool = False) -> ColumnMapping:
    """The mapping of a run; of several, that of the first file by its path.

    Args:
        run: the run.
        has_runs_below: whether other runs lie below its folder, which an rlboard.toml in it reaches as well.
    """
    files = sorted(run.files.copy().values(), key=lambda file: file.relative)  # one may be added meanwhile
    mapped = next((file for file in files if file.format.mapping is not None), None)
    if mapped is None or mapped.format.mapping is None:
        return ColumnMapping(sources=_path_sources(files[0].format, files[0].relative, {}) if files else {})
    mapping = mapped.format.mapping
    shown = key_mapping.shown_sources(mapping)
    return ColumnMapping(
        {name: path for name, path in mapping.keys.items() if path},
        mapping.guessed,
        key_mapping.mapping_toml(
            mapping.keys, _TOML_NOTE, _files_pattern(run, mapped, files, has_runs_below=has_runs_below)
        ),
        shown | _path_sources(mapped.format, mapped.relative, shown),
        mapping.alternatives,
        " ".join(filter(None, _doubts(mapped, files))),
        key_mapping.shape_of(mapping.keys),
    )


def _doubts(mapped: IndexedFile, files: Sequence[IndexedFile]) -> Iterator[str]:
    """The doubts of a run's mappings: that of the shown one, then those of files that were understood otherwise."""
    yielded = {"" if mapped.format.mapping is None else mapped.format.mapping.doubt}
    yield from yielded
    for file in files:
        doubt = "" if file.format.mapping is None else file.format.mapping.doubt
        if doubt not in yielded | {""} and len(yielded) <= _MAX_DOUBTS:
            yielded.add(doubt)
            yield f"Of the file {PurePosixPath(file.relative).name}: {doubt}"


def _files_pattern(
    run: RunIndex, mapped: IndexedFile, files: Sequence[IndexedFile], *, has_runs_below: bool
) -> str:
    """A glob of the files that a mapping is for, where others of the run, or below it, may have another; else empty."""
    glob = _distinguishing_pattern(mapped, files)
    folder = PurePosixPath(mapped.relative).parent.as_posix()
    return f"./{glob or '*'}" if has_runs_below and folder == run.name else glob


def _distinguishing_pattern(mapped: IndexedFile, files: Sequence[IndexedFile]) -> str:
    """A glob of the files that a mapping is for, where others of the run have another one; empty where none has."""
    keys = None if mapped.format.mapping is None else mapped.format.mapping.keys
    others = {
        PurePosixPath(file.relative).name
        for file in files
        if file.format.mapping is not None and file.format.mapping.keys != keys
    }
    if not others:
        return ""
    name = PurePosixPath(mapped.relative).name
    plain = _GLOB.sub("?", name)
    alike = _DIGITS.sub("*", plain)
    return plain if any(PurePosixPath(other).match(alike) for other in others) else alike


def _path_sources(file_format: Format, relative: str, shown: Mapping[str, str]) -> dict[str, str]:
    """Where step and split come from that a file has from its path or from the settings, and not from its rows.

    Args:
        file_format: the format of the file.
        relative: its path below the log directory.
        shown: our column -> where it comes from, of what its rows say.
    """
    defaults, path = file_defaults(file_format), PurePosixPath(relative)
    named = file_format.options.get("named", "")
    from_names = step_and_split_from_names(path, is_numbered="number" in named)
    found: dict[str, str] = {}
    for name, value, name_value, source in (
        ("step", defaults.step, from_names.step, from_names.step_source),
        ("split", defaults.split or None, from_names.split, from_names.split_source),
    ):
        if value is None:
            continue
        if not (
            file_format.name == NATIVE.name or file_format.mapping is not None
        ):  # a trainer's layout, which knows other names than these
            found[name] = source_of_default(path, value)
        elif name_value == value and name in named:
            found[name] = source
        elif name in named and (of_sequence := source_beside_others(relative, value)):
            found[name] = of_sequence
        else:
            found[name] = "rlboard.toml"
    if SPLIT_OF_REST in named.split(",") and "split" in found:
        return found | _split_of_rest(found.pop("split"), shown)
    return found


def _split_of_rest(source: str, shown: Mapping[str, str]) -> dict[str, str]:
    """The source of the split when some rows have it and the name of their file gives it to the others."""
    field = next((name for name in ("split", "validation", "training") if name in shown), "split")
    key, _, note = shown.get(field, field).removesuffix(")").partition(" (")
    others = f"{note}, the others by the {source}" if note else f"the others by the {source}"
    return {field: f"{key} ({others})"}
