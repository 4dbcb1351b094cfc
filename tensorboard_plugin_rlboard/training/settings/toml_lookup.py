"""Finds the rlboard.toml files that count for a folder: in it, above it, and that of --rlboard_config; merges them.

The nearest file wins, key by key. Files and folders that are named in one must lie below the log directory; nothing
else is ever opened because of it.
"""

from __future__ import annotations

import os
import re
import time
from collections.abc import Iterator, Mapping, Sequence

from tensorboard_plugin_rlboard.sources.addresses import printable_path
from tensorboard_plugin_rlboard.sources.discovery.logdir import Root, run_name
from tensorboard_plugin_rlboard.sources.local_files import is_below
from tensorboard_plugin_rlboard.sources.mounts import SilentError, mounts
from tensorboard_plugin_rlboard.texts import TextRules
from tensorboard_plugin_rlboard.training.settings.sections import (
    MappingSection,
    ReferenceSection,
    ScoresSection,
    Settings,
)
from tensorboard_plugin_rlboard.training.settings.toml_file import FILE_NAME, SettingsFile, read_settings_file

FLAG = "--rlboard_config"
_OWN_FOLDER, _GLOB = "./", re.compile(r"[][*?]")


class SettingsFinder:
    """Finds settings and caches them; each file is checked for changes once a second at most.

    Args:
        roots: the roots of the log directory.
        given: value of --rlboard_config; empty without one. It counts before every other file.
        seconds: how long a check counts.
    """

    def __init__(self, roots: Sequence[Root], given: str = "", seconds: float = 1.0) -> None:
        self._roots = [root for root in roots if root.is_local]
        self._given_path = os.path.expanduser(given)  # Path.expanduser raises for an unknown user
        self.max_age = seconds
        self._by_path: dict[str, tuple[float, tuple[int, int, int] | None, SettingsFile | None]] = {}
        self._by_folder: dict[str, tuple[float, tuple[SettingsFile, ...], Settings]] = {}

    def for_path(self, path: str) -> Settings:
        """The settings for a folder, or for a file in it; for a remote one, those of --rlboard_config. Never raises."""
        is_folder = path in self._by_folder
        if not is_folder:
            try:
                is_folder = mounts.run_in_time(path, lambda: os.path.isdir(path))
            except SilentError:
                is_folder = not os.path.splitext(path)[1]
        return self._for_folder(path if is_folder else os.path.dirname(path))

    def for_file(self, path: str) -> Settings:
        """The settings for a path that is a file, mostly without a system call."""
        return self._for_folder(os.path.dirname(path))

    def _for_folder(self, folder: str) -> Settings:
        cached, now = self._by_folder.get(folder), time.monotonic()
        if cached is not None and now - cached[0] < self.max_age:
            return cached[2]
        root = max(
            (root for root in self._roots if is_below(folder, root.path)),
            key=lambda root: len(root.path),
            default=None,
        )

        def look() -> tuple[tuple[SettingsFile, ...], Settings]:
            files = tuple(self._files_for(folder, root, now))
            is_same = cached is not None and cached[1] == files
            return files, cached[2] if cached is not None and is_same else _merge(files, root)

        found: tuple[tuple[SettingsFile, ...], Settings]
        try:
            found = mounts.run_in_time(folder, look)
        except SilentError:  # they may be as they were
            found = ((), _merge((), root)) if cached is None else cached[1:]
        self._by_folder[folder] = now, *found
        return found[1]

    @property
    def problems(self) -> tuple[str, ...]:
        """The problems of all settings that were found so far, each once."""
        kept = [settings.problems for _, _, settings in tuple(self._by_folder.values())]
        return tuple(dict.fromkeys(problem for problems in kept for problem in problems))

    def _files_for(self, folder: str, root: Root | None, now: float) -> Iterator[SettingsFile]:
        """Yield the files that count for a folder, the one that counts most first."""
        if self._given_path:
            yield self._read_cached(
                self._given_path, printable_path(self._given_path), "", now
            ) or SettingsFile(
                FLAG,
                "",
                {},
                (f"{FLAG}: there is no file {printable_path(self._given_path)}; nothing of it counts.",),
            )
        if root is None:
            return
        while is_below(folder, root.path):
            path = os.path.join(folder, FILE_NAME)
            found = self._read_cached(path, printable_path(os.path.relpath(path, root.path)), folder, now)
            if found is not None:
                yield found
            folder, before = os.path.dirname(folder), folder
            if folder == before:
                return

    def _read_cached(self, path: str, shown: str, folder: str, now: float) -> SettingsFile | None:
        """Read a file, or take it from the cache where it has not changed; None where there is none."""
        cached = self._by_path.get(path)
        if cached is not None and now - cached[0] < self.max_age:
            return cached[2]
        stamp = _stamp(path)
        if cached is not None and cached[1] == stamp:
            found = cached[2]
        else:
            found = None if stamp is None else read_settings_file(path, shown, folder)
        self._by_path[path] = now, stamp, found
        return found


def _stamp(path: str) -> tuple[int, int, int] | None:
    """What changes with a file; None where there is none."""
    try:
        status = os.stat(path)
    except (OSError, ValueError):
        # A link that leads nowhere, say, is there, and reading it says why it cannot be.
        return (-1, -1, -1) if os.path.lexists(path) else None
    return status.st_mtime_ns, status.st_size, status.st_ino


def _merge(files: tuple[SettingsFile, ...], root: Root | None) -> Settings:
    """Merge files: of each key, the first file that has it counts."""
    values: dict[tuple[str, str], tuple[object, SettingsFile]] = {}
    for file in files:
        for name, value in file.values.items():
            values.setdefault(name, (value, file))
    problems = [problem for file in files for problem in file.problems]
    merged = {name: value for name, (value, _) in values.items()}
    if ("mapping", "files") in values:
        merged["mapping", "files"] = _pattern_of_folder(*values["mapping", "files"], root)
    config = {key: value for (section, key), value in merged.items() if section == "config"}
    runs = values.get(("scalars", "runs"))
    pad = merged.get(("text", "pad"), ())
    return Settings(
        mapping=_mapping_section(
            {key: str(value) for (section, key), value in merged.items() if section == "mapping"}
        ),
        scalar_runs=None if runs is None else tuple(_named_runs(*runs, root, problems)),
        hyperparameters={key: value for key, value in config.items() if isinstance(value, (str, int, float))},
        hyperparameter_files={key: values["config", key][1].shown_path for key in config},
        reference=_reference_section(files, root, problems),
        scores=ScoresSection(
            _path_below_logdir(*values["scores", "file"], root, problems)
            if ("scores", "file") in values
            else ""
        ),
        text_rules=TextRules(
            pad if isinstance(pad, tuple) else (), str(merged.get(("text", "system_end"), ""))
        ),
        thresholds={
            key: value
            for (section, key), value in merged.items()
            if section == "findings" and isinstance(value, float)
        },
        file_names=tuple(file.shown_path for file in files),
        problems=tuple(problems),
    )


def _pattern_of_folder(pattern: object, file: SettingsFile, root: Root | None) -> str:
    """The glob of files; one that begins with `./` is for those of its own folder, not of equal names in any below."""
    own, is_own, inner = str(pattern).partition(_OWN_FOLDER)
    folder = file.folder or (root.path if root else "")
    return f"{_GLOB.sub(_in_brackets, folder)}/{inner}" if is_own and not own else str(pattern)


def _in_brackets(found: re.Match[str]) -> str:
    return f"[{found[0]}]"


def _mapping_section(values: Mapping[str, str]) -> MappingSection:
    others = {"files", "step_from", "split_is"}
    keys = {name: key for name, key in values.items() if name not in others}
    return MappingSection(
        keys, values.get("files", ""), values.get("step_from", ""), values.get("split_is", "")
    )


def _reference_section(
    files: tuple[SettingsFile, ...], root: Root | None, problems: list[str]
) -> ReferenceSection:
    """The section [reference] of the first file that has it: its keys are alternatives and are not merged."""
    for file in files:
        values = {key: value for (section, key), value in file.values.items() if section == "reference"}
        if "file" in values:
            return ReferenceSection(file=_path_below_logdir(values["file"], file, root, problems))
        if "run" in values:
            return ReferenceSection(run=next(iter(_named_runs((values["run"],), file, root, problems)), ""))
        if values:
            return ReferenceSection(first_visit=values.get("first_visit") is True)
    return ReferenceSection()


def _named_runs(named: object, file: SettingsFile, root: Root | None, problems: list[str]) -> Iterator[str]:
    """The runs of the folders that a file names; no folder is opened for that."""
    for text in named if isinstance(named, tuple) else ():
        path = _absolute_path(text, file, root)
        if root is not None and is_below(path, root.path):
            yield run_name(root, path)
        else:
            problems.append(_outside_sentence(text, file))


def _path_below_logdir(named: object, file: SettingsFile, root: Root | None, problems: list[str]) -> str:
    """The path of a named file where it lies below the log directory, links followed; else empty, with a problem."""
    path = _absolute_path(named, file, root)
    allowed = [os.path.realpath(folder) for folder in (root.path if root else "", file.folder) if folder]
    if (
        root is None
        or not is_below(path, root.path)
        or not any(is_below(os.path.realpath(path), folder) for folder in allowed)
    ):
        problems.append(_outside_sentence(named, file))
        return ""
    return path


def _absolute_path(named: object, file: SettingsFile, root: Root | None) -> str:
    return os.path.normpath(os.path.join(file.folder or (root.path if root else ""), str(named)))


def _outside_sentence(named: object, file: SettingsFile) -> str:
    return f"{file.shown_path}: {named} does not lie below the log directory, so it is not opened; move it there."
