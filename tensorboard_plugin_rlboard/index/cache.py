"""Parts kept between starts: Parquet files, and beside them what is known of each source file.

Any number of TensorBoards, cluster tasks and notebooks may read and write the folder at once: a file is written whole
under a name of its own and then renamed, its name says all that its content depends on, and whatever cannot be read is
as good as absent. Nothing here lies in the log directory.
"""

from __future__ import annotations

import json
import logging
import os
import tempfile
from dataclasses import asdict, dataclass
from hashlib import blake2b
from pathlib import Path
from typing import Any

import numpy as np

from tensorboard_plugin_rlboard.index.keys import Keys
from tensorboard_plugin_rlboard.index.part import Part
from tensorboard_plugin_rlboard.index.ranges import Built, Order
from tensorboard_plugin_rlboard.index.raw import Problem
from tensorboard_plugin_rlboard.sources.tail import FileState, Fingerprint

logger = logging.getLogger(__name__)
VERSION = 2
"""Changes with everything that rows depend on beside their bytes: formulas, trimming, columns."""
BOUND = 20 * 1024**3
"""Bytes that the folder may hold; beyond them the parts that were not used for longest go."""


@dataclass(frozen=True)
class KeptRange:
    """One indexed range of a file: where it lies, newlines of the file before it, and the name of its part."""

    offset: int
    length: int
    newlines: int
    part: str


@dataclass(frozen=True)
class Manifest:
    """What was known of one source file when it was last indexed.

    Attributes:
        known: name of its format.
        state: its bytes at the last look, and how far they are indexed.
        newlines: newline characters up to there.
        ranges: its parts, in file order.
    """

    known: str
    state: FileState
    newlines: int
    ranges: tuple[KeptRange, ...]


def default_folder() -> Path:
    """The user's cache folder, by the XDG rules."""
    home = os.environ.get("XDG_CACHE_HOME") or str(Path.home() / ".cache")
    return Path(home) / "rlboard"


class Cache:
    """A folder of parts and manifests."""

    def __init__(self, folder: Path, bound: int = BOUND) -> None:
        """Opens the folder, making it where there is none.

        Raises:
            OSError: it cannot be made or written.
        """
        self.parts = folder / f"parts-{VERSION}"
        self._files = folder / f"files-{VERSION}"
        self._bound = bound
        for made in (self.parts, self._files):
            made.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=self.parts):
            pass

    def name(self, order: Order, built: Built) -> str:
        """The name of a part: a digest of the format, the keys, the place and the fingerprint of its bytes."""
        keys = [
            sorted(names)
            for names in (built.part.keys.numbers, built.part.keys.texts, built.part.keys.arrays)
        ]
        facts = [VERSION, order.known, keys, order.offset, order.length, built.fingerprint.digest.hex()]
        return blake2b(json.dumps(facts).encode(), digest_size=16).hexdigest()

    def keep(self, order: Order, built: Built, parquet: Path) -> str:
        """Copies a part and its facts into the folder and returns its name."""
        name = self.name(order, built)
        target = self.parts / f"{name}.parquet"
        if built.part.samples and not target.exists():
            _write(target, parquet.read_bytes())
        _write(self.parts / f"{name}.json", json.dumps(_facts(built)).encode())
        return name

    def part(self, name: str) -> tuple[Built, Path] | None:
        """A kept part, None where it is gone or cannot be read."""
        parquet = self.parts / f"{name}.parquet"
        try:
            built = _built(json.loads((self.parts / f"{name}.json").read_bytes()))
            if built.part.samples:
                os.utime(parquet)
        except (OSError, ValueError, KeyError, TypeError) as error:
            logger.info("A cached part is built again: %s", error)
            return None
        return built, parquet

    def save(self, path: str, manifest: Manifest) -> None:
        """Keeps what is known of a source file."""
        facts = asdict(manifest)
        for end in ("first", "last"):
            if facts["state"][end] is not None:
                facts["state"][end]["digest"] = facts["state"][end]["digest"].hex()
        _write(self._file(path), json.dumps({"version": VERSION} | facts).encode())

    def manifest(self, path: str) -> Manifest | None:
        """What is known of a source file, None where nothing is."""
        try:
            facts = json.loads(self._file(path).read_bytes())
            if facts["version"] != VERSION:
                return None
            state = facts["state"]
            for end in ("first", "last"):
                if state[end] is not None:
                    state[end] = Fingerprint(**(state[end] | {"digest": bytes.fromhex(state[end]["digest"])}))
            ranges = tuple(KeptRange(**kept) for kept in facts["ranges"])
            return Manifest(facts["known"], FileState(**state), facts["newlines"], ranges)
        except FileNotFoundError:
            return None
        except (OSError, ValueError, KeyError, TypeError) as error:
            logger.info("What the cache says of a file is ignored: %s", error)
            return None

    def evict(self) -> None:
        """Removes the parts that were not used for longest until the folder is within its bound."""
        found = []
        for path in self.parts.iterdir():
            try:
                facts = path.stat()
            except OSError:  # another process was faster
                continue
            found.append((facts.st_mtime_ns, facts.st_size, path))
        total = sum(size for _, size, _ in found)
        for _, size, path in sorted(found, key=lambda entry: entry[0]):
            if total <= self._bound:
                return
            path.unlink(missing_ok=True)
            total -= size

    def _file(self, path: str) -> Path:
        """Named by a digest, and the path stands nowhere in it: an address may hold a password."""
        return (
            self._files
            / f"{blake2b(path.encode('utf-8', 'surrogateescape'), digest_size=16).hexdigest()}.json"
        )


def _write(target: Path, content: bytes) -> None:
    """Writes a file whole or not at all."""
    with tempfile.NamedTemporaryFile(dir=target.parent, prefix=".", delete=False) as file:
        file.write(content)
    Path(file.name).replace(target)


def _facts(built: Built) -> dict[str, Any]:
    part = built.part
    problems = [
        (int(part.line_numbers[p.line]), int(part.line_offsets[p.line]), p.kind, p.reason)
        for p in part.problems
    ]
    return {
        "keys": [sorted(part.keys.numbers), sorted(part.keys.texts), sorted(part.keys.arrays)],
        "fingerprint": [built.fingerprint.offset, built.fingerprint.length, built.fingerprint.digest.hex()],
        "samples": part.samples,
        "lines": part.lines,
        "token_metrics": part.token_metrics,
        "problems": problems,
        "newlines": part.newlines,
        "changes": part.changes,
    }


def _built(facts: dict[str, Any]) -> Built:
    keys = Keys(*(frozenset(names) for names in facts["keys"]))
    offset, length, digest = facts["fingerprint"]
    problems = facts["problems"]
    part = Part(
        samples=facts["samples"],
        lines=facts["lines"],
        keys=keys,
        token_metrics=tuple(facts["token_metrics"]),
        problems=[Problem(i, kind, reason) for i, (_, _, kind, reason) in enumerate(problems)],
        line_offsets=np.asarray([offset for _, offset, _, _ in problems], np.int64),
        line_numbers=np.asarray([number for number, _, _, _ in problems], np.int64),
        newlines=facts["newlines"],
        changes=[(split, step, at) for split, step, at in facts["changes"]],
    )
    return Built(Fingerprint(offset, length, bytes.fromhex(digest)), part)
