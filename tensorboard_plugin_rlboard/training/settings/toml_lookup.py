"""What the user says in rlboard.toml: in a run's folder, in one above it, or in the file of --rlboard_config.

The nearest file wins, key by key. Files and folders that are named in it must lie below the log directory; nothing
else is ever opened because of it.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterator, Mapping, Sequence

from tensorboard_plugin_rlboard.sources.addresses import printable
from tensorboard_plugin_rlboard.sources.discovery.logdir import Root, run_name
from tensorboard_plugin_rlboard.texts import TextRules
from tensorboard_plugin_rlboard.training.settings.sections import (
    MappingSection,
    ReferenceSection,
    ScoresSection,
    Settings,
)
from tensorboard_plugin_rlboard.training.settings.toml_file import NAME, SettingsFile, read

FLAG = "--rlboard_config"


class SettingsFinder:
    """Finds settings and keeps them; looks at each file once a second at most, so asking for every log costs little.

    Args:
        roots: the folders that TensorBoard was told to look in.
        given: value of --rlboard_config; empty without one. What it says counts before every other file.
        seconds: how long a look counts.
    """

    def __init__(self, roots: Sequence[Root], given: str = "", seconds: float = 1.0) -> None:
        self._roots = [root for root in roots if root.is_local]
        self._given = os.path.expanduser(given)  # Path.expanduser raises for an unknown user
        self.seconds = seconds
        self._files: dict[str, tuple[float, tuple[int, int, int] | None, SettingsFile | None]] = {}
        self._kept: dict[str, tuple[float, tuple[SettingsFile, ...], Settings]] = {}

    def of(self, path: str) -> Settings:
        """The settings for a folder, or for a file in it; never raises. Behind an address, those of --rlboard_config."""
        return self._of(path if path in self._kept or os.path.isdir(path) else os.path.dirname(path))

    def of_file(self, path: str) -> Settings:
        """The same for what is known to be a file, without a look at the disk in most cases."""
        return self._of(os.path.dirname(path))

    def _of(self, folder: str) -> Settings:
        known, now = self._kept.get(folder), time.monotonic()
        if known is not None and now - known[0] < self.seconds:
            return known[2]
        root = max(
            (root for root in self._roots if _below(folder, root.path)),
            key=lambda root: len(root.path),
            default=None,
        )
        files = tuple(self._read(folder, root, now))
        settings = known[2] if known is not None and known[1] == files else _combined(files, root)
        self._kept[folder] = now, files, settings
        return settings

    @property
    def problems(self) -> tuple[str, ...]:
        """Every sentence about the files that have been asked for, in the order in which they were met."""
        kept = [settings.problems for _, _, settings in tuple(self._kept.values())]
        return tuple(dict.fromkeys(problem for problems in kept for problem in problems))

    def _read(self, folder: str, root: Root | None, now: float) -> Iterator[SettingsFile]:
        """The files that count for a folder, the first counting most."""
        if self._given:
            yield self._file(self._given, printable(self._given), "", now) or SettingsFile(
                FLAG, "", {}, (f"{FLAG}: there is no file {printable(self._given)}; nothing of it counts.",)
            )
        if root is None:
            return
        while _below(folder, root.path):
            path = os.path.join(folder, NAME)
            found = self._file(path, printable(os.path.relpath(path, root.path)), folder, now)
            if found is not None:
                yield found
            folder, before = os.path.dirname(folder), folder
            if folder == before:
                return

    def _file(self, path: str, shown: str, folder: str, now: float) -> SettingsFile | None:
        """A file as it is now; None where there is none."""
        known = self._files.get(path)
        if known is not None and now - known[0] < self.seconds:
            return known[2]
        try:
            status = os.stat(path)
            stamp = status.st_mtime_ns, status.st_size, status.st_ino
        except (OSError, ValueError):
            stamp = None
        if known is not None and known[1] == stamp:
            found = known[2]
        else:
            found = None if stamp is None else read(path, shown, folder)
        self._files[path] = now, stamp, found
        return found


def _combined(files: tuple[SettingsFile, ...], root: Root | None) -> Settings:
    """What the files say together: of each key, the first file that has it."""
    values: dict[tuple[str, str], tuple[object, SettingsFile]] = {}
    for file in files:
        for name, value in file.values.items():
            values.setdefault(name, (value, file))
    problems = [problem for file in files for problem in file.problems]
    said = {name: value for name, (value, _) in values.items()}
    config = {key: value for (section, key), value in said.items() if section == "config"}
    runs = values.get(("scalars", "runs"))
    pad = said.get(("text", "pad"), ())
    return Settings(
        mapping=_rule({key: str(value) for (section, key), value in said.items() if section == "mapping"}),
        scalar_runs=None if runs is None else tuple(_runs(*runs, root, problems)),
        config={key: value for key, value in config.items() if isinstance(value, (str, int, float))},
        config_sources={key: values["config", key][1].shown for key in config},
        reference=_reference(files, root, problems),
        scores=ScoresSection(
            _inside(*values["scores", "file"], root, problems) if ("scores", "file") in values else ""
        ),
        text=TextRules(pad if isinstance(pad, tuple) else (), str(said.get(("text", "system_end"), ""))),
        files=tuple(file.shown for file in files),
        problems=tuple(problems),
    )


def _rule(said: Mapping[str, str]) -> MappingSection:
    beside = {"files", "step_from", "split_is"}
    words = {word: key for word, key in said.items() if word not in beside}
    return MappingSection(words, said.get("files", ""), said.get("step_from", ""), said.get("split_is", ""))


def _reference(files: tuple[SettingsFile, ...], root: Root | None, problems: list[str]) -> ReferenceSection:
    """The section of the first file that has it: its keys are alternatives and do not add up."""
    for file in files:
        said = {key: value for (section, key), value in file.values.items() if section == "reference"}
        if "file" in said:
            return ReferenceSection(file=_inside(said["file"], file, root, problems))
        if "run" in said:
            return ReferenceSection(run=next(iter(_runs((said["run"],), file, root, problems)), ""))
        if said:
            return ReferenceSection(first_visit=said.get("first_visit") is True)
    return ReferenceSection()


def _runs(named: object, file: SettingsFile, root: Root | None, problems: list[str]) -> Iterator[str]:
    """The runs in some folders; no folder is opened because of it."""
    for text in named if isinstance(named, tuple) else ():
        path = _path(text, file, root)
        if root is not None and _below(path, root.path):
            yield run_name(root, path)
        else:
            problems.append(_outside(text, file))


def _inside(named: object, file: SettingsFile, root: Root | None, problems: list[str]) -> str:
    """A named file where it lies below the log directory, links followed; else empty, with a problem."""
    path = _path(named, file, root)
    allowed = [os.path.realpath(folder) for folder in (root.path if root else "", file.folder) if folder]
    if (
        root is None
        or not _below(path, root.path)
        or not any(_below(os.path.realpath(path), one) for one in allowed)
    ):
        problems.append(_outside(named, file))
        return ""
    return path


def _path(named: object, file: SettingsFile, root: Root | None) -> str:
    return os.path.normpath(os.path.join(file.folder or (root.path if root else ""), str(named)))


def _outside(named: object, file: SettingsFile) -> str:
    return f"{file.shown}: {named} does not lie below the log directory, so it is not opened; move it there."


def _below(path: str, folder: str) -> bool:
    """Whether a path is a folder or lies in it, by its spelling."""
    return path == folder or path.startswith(folder.rstrip(os.sep) + os.sep)
