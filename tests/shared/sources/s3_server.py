"""An S3 server of this machine, for tests of whatever lies behind an address."""

from __future__ import annotations

import contextlib
import functools
from collections.abc import Iterator

import pytest


@contextlib.contextmanager
def s3_server() -> Iterator[tuple[str, int]]:
    """Runs one; its host and port.

    Each test has a client of its own, or several, and each client reads a megabyte of JSON that describes S3: half of
    what it costs to make one. Meanwhile a file of it is read once.
    """
    moto = pytest.importorskip("moto.server", reason="the S3 server comes with the extra test")
    loaders = pytest.importorskip("botocore.loaders", reason="botocore comes with s3fs, of the extra remote")
    running = moto.ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    with pytest.MonkeyPatch.context() as patch:
        read = functools.cache(loaders.JSONFileLoader().load_file)
        patch.setattr(loaders.JSONFileLoader, "load_file", lambda _, path: read(path))
        running.start()
        yield running.get_host_and_port()
        running.stop()
