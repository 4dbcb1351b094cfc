from __future__ import annotations

import contextlib
import functools
import gc
import hashlib
import itertools
import os
import re
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import example_counts
import pytest
import reused_databases
from repository import FIXTURES
from rollout_log import Line, TestLog, lines

from tensorboard_plugin_rlboard.board.board import Board
from tensorboard_plugin_rlboard.index import registry

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterable, Iterator


example_counts.load_profile()
_MAX_PROCESSES = 8
_MAX_ID = 60
"""Characters of a value that a test's name shows; xdist sends each name a dozen times, and a bomb of brackets has megabytes."""
_LONGEST_COLLECTION = 60.0
_numbers = itertools.count()
FIRST = (
    "tests/e2e/",
    "tests/reliability/",
    "tests/cluster/",
    "tests/writing/",
    "tests/project/",
    "tests/oracle/",
    "tests/sources/remote/",
    "tests/sources/compressed/",
    "tests/formats/test_native.py",
    "tests/formats/test_real_dumps.py",
    "tests/board/findings/",
    "tests/board/steps/",
    "tests/index/joins/",
    "tests/index/annotations/",
)
"""Where files are whose tests take more than a few seconds together."""
SHARED = frozenset({"gallery", "library", "bucket"})
"""Fixtures of servers that tests of several files share."""


@pytest.hookimpl(optionalhook=True)  # xdist may be left out
def pytest_xdist_auto_num_workers() -> int:
    """Processes for `-n auto`: one more than cores.

    Tests of a browser, of a store and of other processes wait as often as they compute. One more is enough to use what
    they leave, and each process takes six seconds of a processor before its first test, to collect and to import.
    """
    return min((os.cpu_count() or 1) + 1, _MAX_PROCESSES)


def pytest_make_parametrize_id(val: object) -> str | None:
    """The name of a long text or of many bytes: how it begins, and a digest; None leaves it to pytest."""
    if not isinstance(val, str | bytes) or len(val) <= _MAX_ID:
        return None
    text = val if isinstance(val, bytes) else val.encode("utf-8", "surrogatepass")
    return f"{val[:_MAX_ID]!a}-{len(val)}-{hashlib.sha1(text).hexdigest()[:8]}"


@functools.cache
def _shared_folder() -> tempfile.TemporaryDirectory[str]:
    return tempfile.TemporaryDirectory(prefix="pytest-")


@pytest.hookimpl(optionalhook=True)  # called where xdist starts its processes
def pytest_configure_node(node: Any) -> None:
    """Tells each process of xdist by which file the first one says that it has collected."""
    node.workerinput["collected"] = str(Path(_shared_folder().name, "collected"))


@pytest.hookimpl(wrapper=True)
def pytest_collection(session: pytest.Session) -> Generator[None, object, object]:
    """The first process of xdist collects alone: it compiles all test files for the others, each of which did so before."""
    worker: dict[str, str] = getattr(session.config, "workerinput", {})
    collected = Path(worker.get("collected", ""))
    if worker and worker["workerid"] != "gw0":
        end = time.monotonic() + _LONGEST_COLLECTION
        while not collected.exists() and time.monotonic() < end:
            time.sleep(0.05)
    try:
        return (yield)
    finally:
        if worker and worker["workerid"] == "gw0":
            collected.touch()


@pytest.hookimpl(tryfirst=True)  # before xdist reads the groups
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Keeps the tests of a file in one process, so that its fixtures are made once (`--dist loadgroup`).

    Those that share a server stay together as well, whatever their file: it starts, and is loaded, once. And xdist counts
    at every test's end what is left of each group it has given out: with six thousand groups of one test that was a
    thousandth of a second for each. The longest come first (`--no-loadscope-reorder`; xdist would begin with the files
    of most tests): of two processes none may have a long file left when the others are done.
    """
    items.sort(key=lambda item: not item.nodeid.startswith(FIRST))
    for item in items:
        if item.get_closest_marker("xdist_group") is None:
            shared = getattr(item, "_fixtureinfo").name2fixturedefs.keys() & SHARED  # noqa: B009 (pytest has no public name for it)
            group = min(shared) if shared else item.nodeid.partition("::")[0]
            item.add_marker(pytest.mark.xdist_group(group))


def pytest_collection_finish() -> None:
    """Tells the garbage collector that modules and collected tests stay: it looked at all of them every few seconds."""
    gc.collect()
    gc.freeze()


@pytest.fixture(scope="session", autouse=True)
def _own_cache(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Keeps indexes of tests out of the user's cache, also those of processes that a test starts."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CACHE_HOME", str(tmp_path_factory.mktemp("cache")))
        yield


@pytest.fixture(scope="session", autouse=True)
def _reused_databases() -> Iterator[None]:
    """Has the boards of this process's tests use one query database after the other, emptied in between."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(registry, "QueryDatabase", reused_databases.ReusedDatabase)
        yield
    reused_databases.close_all()


@pytest.fixture
def tmp_path(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """As pytest's own, which looks through the folders of all earlier tests for the number of the next: a millisecond each."""
    name = re.sub(r"\W", "_", request.node.name)[:30]
    return tmp_path_factory.mktemp(f"{name}_{next(_numbers)}", numbered=False)


@pytest.fixture(scope="session")
def fixtures() -> Path:
    """The folder of rollout files that tests open."""
    return FIXTURES


@pytest.fixture
def write_rows() -> Callable[[Path, Iterable[Line]], Path]:
    """Writes rows as JSON lines (text as it stands), making the folder where it is missing."""

    def write(path: Path, rows: Iterable[Line]) -> Path:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(lines(*rows))
        return path

    return write


@pytest.fixture
def open_board() -> Iterator[Callable[[Path], Board]]:
    """Indexes everything below a folder in the calling thread, and closes the databases afterwards."""
    with contextlib.ExitStack() as opened:
        yield lambda folder: opened.enter_context(TestLog(folder)).open()


@pytest.fixture
def test_log(tmp_path: Path) -> Iterator[TestLog]:
    """A log directory in the folder `log`, with parts kept in the folder `cache`."""
    with TestLog(tmp_path / "log", tmp_path / "cache") as log:
        yield log


@pytest.fixture
def start(test_log: TestLog) -> Callable[..., Board]:
    """Opens the log as a new TensorBoard would, with the same cache each time; everything is read, curves as well."""
    return functools.partial(test_log.open, with_curves=True)
