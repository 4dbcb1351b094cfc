"""Finds copies of logs that lie beside them: `a.jsonl.bak`, `a (copy).jsonl`, `a.jsonl~`, `a_backup.jsonl`.

Read both, each sample would count twice. Names only say which files are compared; a copy is one whose bytes are the other
file's, all of them or its first ones. A rotated log (`a.jsonl.1`) has rows of its own and stays.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

from tensorboard_plugin_rlboard.index.detect.growing_tables import begin_alike
from tensorboard_plugin_rlboard.sources.addresses import is_address
from tensorboard_plugin_rlboard.sources.local_files import open_regular

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from tensorboard_plugin_rlboard.sources.discovery.source_file import SourceFile

_HINT = re.compile(r"[~#)]|copy|backup|bak|old|orig|save|prev|te?mp|副本|备份|\.\d{1,3}$", re.IGNORECASE)
"""What the name of any copy has: the other expressions need not be tried on the rest."""
_MARK = r"(?:copy|backup|bak|old|orig(?:inal)?|saved?|prev(?:ious)?|te?mp|副本|备份)[ _.-]?\d{0,3}"
_BEHIND = re.compile(rf"(?:~|\.{_MARK}|\.\d{{1,3}})$", re.IGNORECASE)
"""What stands behind the whole name."""
_IN_STEM = re.compile(
    rf"(?:[ _.-]+{_MARK}| ?\((?:{_MARK}|\d{{1,3}}|[^()]{{0,60}}conflict[^()]{{0,60}})\)| ?（{_MARK}）)$",
    re.IGNORECASE,
)
"""What stands before the ending."""
_BEFORE = re.compile(r"^(?:copy[ _]of[ _]|(?:backup|bak|old|orig)[ _-]|#)", re.IGNORECASE)
_ENDING = re.compile(rf"(?:\.(?!{_MARK}\b)[A-Za-z]\w{{0,9}}){{1,2}}$", re.IGNORECASE)
_MAX_MARKS, _MAX_NAME_CHARACTERS = 4, 255
_MAX_FILES = 200
"""Files of one name that are compared: more of them are a rotated log."""
_HEAD_BYTES = 4096
_Facts = tuple[int, int, int]


class Copies:
    """Knows which files are copies of others in their folder. Used by the thread that indexes."""

    def __init__(self) -> None:
        self._names: frozenset[str] = frozenset()
        self._groups: list[list[str]] = []
        self._compared: dict[tuple[str, str], tuple[_Facts, _Facts, bool]] = {}
        self._copies: dict[str, str] = {}

    def update(self, present: Mapping[str, SourceFile]) -> list[str]:
        """Look at all files.

        Args:
            present: the files by their paths below the log directory.

        Returns:
            Files that were left out as copies and are none any more: they are to be looked at again.
        """
        if present.keys() != self._names:
            self._names = frozenset(present)
            self._groups = _groups(present)
        pairs: dict[tuple[str, str], tuple[_Facts, _Facts, bool]] = {}
        found: dict[str, str] = {}
        for group in self._groups:
            # The shorter file is the copy; of equal ones that whose name says more of it.
            members = sorted(group, key=lambda one: (-present[one].size, len(one), one))
            for at, one in enumerate(members):
                for other in (other for other in members[:at] if other not in found):
                    pair = one, other
                    pairs[pair] = self._compare(pair, present[one], present[other])
                    if pairs[pair][2]:
                        found[one] = other
                        break
        freed = [one for one, other in self._copies.items() if found.get(one) != other]
        self._compared, self._copies = pairs, found
        return freed

    def reason_against(self, relative: str) -> str:
        """Why a file is left out, in one sentence; empty where it is read."""
        other = self._copies.get(relative, "")
        return f"All of its rows are in {other} as well, which is read instead." if other else ""

    def _compare(
        self, pair: tuple[str, str], one: SourceFile, other: SourceFile
    ) -> tuple[_Facts, _Facts, bool]:
        """What is known of two files, and whether the second begins with all that the first has."""
        facts = _facts(one), _facts(other)
        known = self._compared.get(pair)
        same = known[2] if known is not None and known[:2] == facts else _begins_with(one, other)
        return (*facts, same)


def _facts(file: SourceFile) -> _Facts:
    return file.size, file.mtime_ns, file.inode


def _groups(names: Iterable[str]) -> list[list[str]]:
    """The files of one folder that may be copies of each other, by their names."""
    marked: dict[str, list[str]] = {}
    for relative in names:
        folder, slash, name = relative.rpartition("/")
        original = original_name(name)
        if original != name:
            marked.setdefault(f"{folder}{slash}{original}", []).append(relative)
    present = frozenset(names)
    groups = [[original, *copies] if original in present else copies for original, copies in marked.items()]
    return [group for group in groups if 1 < len(group) <= _MAX_FILES]


@lru_cache(maxsize=1 << 16)
def original_name(name: str) -> str:
    """The name of the file that another is a copy of, by its own name; the same name where it says nothing of a copy."""
    if len(name) > _MAX_NAME_CHARACTERS or not _HINT.search(name):
        return name
    for _ in range(_MAX_MARKS):
        shorter = _BEHIND.sub("", _BEFORE.sub("", name)).removesuffix("#")
        ending = _ENDING.search(shorter)
        at = len(shorter) if ending is None else ending.start()
        shorter = f"{_IN_STEM.sub('', shorter[:at])}{shorter[at:]}"
        if shorter == name or not shorter or shorter.startswith("."):
            break
        name = shorter
    return name


def _begins_with(one: SourceFile, other: SourceFile) -> bool:
    """Whether a file begins with all that another one has, as far as files of many megabytes are compared."""
    if not one.size or is_address(one.path) or is_address(other.path):
        return False  # each comparison would load both
    try:
        with open_regular(one.path) as copy, open_regular(other.path) as original:
            return copy.read(_HEAD_BYTES) == original.read(min(_HEAD_BYTES, one.size)) and begin_alike(
                copy, original, one.size
            )
    except OSError:
        return False  # whoever reads them next will say so
