"""A store that answers wrongly costs its own run only, in a sentence, and is read again when it answers."""

from __future__ import annotations

import json
import logging
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

from breaking.logs import sample
from stores import faulty_store as wrong
from stores.faulty_store import Fault, FaultyStore
from tensorboard_process import TensorBoardProcess

OBJECT_FAULTS: dict[str, tuple[Fault, bool]] = {
    "answers 500": (wrong.answers_500, True),
    "never answers": (wrong.never_answers, True),
    "gives a byte a second": (wrong.drips, True),
    "breaks off in the middle": (wrong.is_cut, True),
    "gives half of what was asked for": (wrong.is_short, True),
    "gives all where a part was asked for": (wrong.gives_all, True),
    "gives zeros in the middle": (wrong.other_bytes, False),
}
"""What happens to an object -> how, and whether it is read anew when the store answers again."""
LISTING_FAULTS: dict[str, tuple[Fault, bool]] = {
    "answers 500": (wrong.answers_500, True),
    "never answers": (wrong.never_answers, True),
    "gives a byte a second": (wrong.drips, True),
    "breaks off in the middle": (wrong.is_cut, True),
    "is a page of a proxy": (wrong.no_listing, False),
}
"""What happens to the listing of a store -> how, and whether that can be told from a listing of nothing."""
_TIMEOUT_S = 150.0
_STEPS = 40


@contextmanager
def opened(home: Path) -> Iterator[Trials]:
    """Starts an S3 server, the proxy before it, and a TensorBoard over two buckets and a folder.

    Raises:
        ImportError: moto or s3fs is not installed.
    """
    import fsspec  # noqa: PLC0415  an extra
    from moto.server import ThreadedMotoServer  # noqa: PLC0415  an extra

    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    running = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    running.start()
    store = FaultyStore(running.get_host_and_port())
    names = {"AWS_ACCESS_KEY_ID": "key", "AWS_SECRET_ACCESS_KEY": "secret", "AWS_DEFAULT_REGION": "us-east-1"}
    nowhere = {"AWS_CONFIG_FILE": "/nowhere", "AWS_SHARED_CREDENTIALS_FILE": "/nowhere"}
    os.environ.update({**names, **nowhere, "AWS_ENDPOINT_URL": store.url})
    system = fsspec.filesystem(
        "s3", endpoint_url=store.url, skip_instance_cache=True, use_listings_cache=False
    )
    for bucket in ("one", "two"):
        system.mkdir(bucket)
    (home / "here").mkdir(parents=True)
    spec = f"one:s3://one/logs,two:s3://two/logs,here:{home / 'here'}"
    try:
        with TensorBoardProcess(home, None, home / "cache", "--logdir_spec", spec) as server:
            server.wait_for_address()
            yield Trials(server, store, system, home / "here")
    finally:
        store.shutdown()
        running.stop()


class Trials:
    """Faults, one after the other, over one TensorBoard.

    Args:
        server: the TensorBoard.
        store: the proxy.
        system: writes into the buckets.
        here: the folder on this machine.

    Attributes:
        said: the last sentence that was shown of a run whose store is broken.
    """

    def __init__(self, server: TensorBoardProcess, store: FaultyStore, system: Any, folder: Path) -> None:
        self._server = server
        self._store = store
        self._system = system
        self._here = folder
        self.said = ""
        self._steps: dict[str, int] = {}

    def object_fault(self, number: int, fault: Fault, *, is_read_again: bool) -> Iterator[str]:
        """Tries one with a new object, and with one that has grown; yields a sentence for each broken promise."""
        name, key = f"one/sick{number}", f"one/logs/sick{number}/a.jsonl"
        for began, steps in (("a new object", _STEPS), ("an object that grows", 2 * _STEPS)):
            with self._store.broken(key, fault):
                self._put(key, steps)
                yield from (
                    f"{began}: {one}" for one in self._neighbours("one/well", "two/well", "here/well")
                )
                if not self._wait_until(lambda: self._is_said(self._sentence(name))):
                    yield f"{began}: nothing is said of it"
            if not is_read_again:
                return
            if not self._wait_until(partial(self._is_whole, name, steps)):
                yield f"{began}: it is not read again: {self._run(name)} {self._sentence(name)}"

    def listing_fault(self, fault: Fault, *, is_told: bool) -> Iterator[str]:
        """Tries one with a bucket whose runs were read; yields a sentence for each broken promise."""
        yield from self._neighbours("one/well", "two/well", "here/well")
        steps = self._steps["one/well"]
        with self._store.broken("list:one", fault):
            if not self._wait_until(lambda: self._is_said(self._sentence("one/well"))):
                yield "nothing is said of the run whose store cannot be listed"
            yield from self._neighbours("two/well", "here/well")
            if is_told and self._run("one/well").get("samples") != steps:
                yield f"of {steps} samples that were read, {self._run('one/well').get('samples')} are shown"
        if not self._wait_until(partial(self._is_whole, "one/well", steps)):
            yield f"it is not read again: {self._run('one/well')}"

    def _neighbours(self, *names: str) -> Iterator[str]:
        """Lets runs grow, and waits until they are read; a sentence for each that is not."""
        for name in names:
            self._steps[name] = self._steps.get(name, 0) + 1
            self._write(name, self._steps[name])
        for name in names:
            if not self._wait_until(partial(self._is_whole, name, self._steps[name])):
                yield f"{name} has to wait: {self._run(name)}"

    def _write(self, name: str, steps: int) -> None:
        root, folder = name.split("/")
        if root == "here":
            (self._here / folder).mkdir(exist_ok=True)
            (self._here / folder / "a.jsonl").write_bytes(_log(steps))
        else:
            self._put(f"{root}/logs/{folder}/a.jsonl", steps)

    def _put(self, key: str, steps: int) -> None:
        self._system.pipe_file(key, _log(steps))

    def _wait_until(self, is_so: Callable[[], object]) -> bool:
        end = time.monotonic() + _TIMEOUT_S
        while time.monotonic() < end:
            if is_so():
                return True
            time.sleep(0.3)
        return False

    def _is_said(self, sentence: str) -> str:
        self.said = sentence or self.said
        return sentence

    def _run(self, name: str) -> dict[str, Any]:
        found = {run["run"]: run for run in self._server.ask("runs")["runs"]}.get(name, {})
        return {key: found.get(key) for key in ("state", "samples", "problems", "message")} if found else {}

    def _is_whole(self, name: str, steps: int) -> bool:
        run = self._run(name)
        return bool(run) and (run["samples"], run["problems"], run["message"]) == (steps, 0, "")

    def _sentence(self, name: str) -> str:
        """What is said of a run: its message, its problems, or its files among those that are ignored."""
        run = self._run(name)
        ignored = [one for one in self._server.ask("runs")["ignored"] if name in one["file"]]
        sentence = str(run.get("message") or "") or "".join(one["reason"] for one in ignored)
        if not sentence and run.get("problems"):
            sentence = str(self._server.ask("problems", run=name, limit=1)["columns"]["reason"][0])
        return sentence


def _log(steps: int) -> bytes:
    rows = (sample(step, 0, 30) for step in range(1, steps + 1))
    return b"".join(json.dumps(row).encode() + b"\n" for row in rows)
