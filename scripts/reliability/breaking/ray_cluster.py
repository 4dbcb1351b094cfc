"""A Ray cluster of this machine, whose workers `rlboard index` gives its tasks to."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from tensorboard_process import children_of, environment

_STORE = 100 * 1024**2
_TRIES = 3


@contextmanager
def ray_cluster(temporary: Path) -> Iterator[tuple[str, str]]:
    """Starts a cluster of two workers, all of whose processes are below this one.

    Args:
        temporary: a folder for what the workers write.

    Yields:
        Its address, as `rlboard index --address` takes it, and why there is none where that is empty.
    """
    os.environ.update({**environment(temporary), "RAY_USAGE_STATS_ENABLED": "0", "RAY_AUTH_MODE": "disabled"})
    try:
        import ray  # noqa: PLC0415  an extra, and slow
    except ImportError:
        yield "", "not tried: Ray is not installed"
        return
    with TemporaryDirectory(prefix="rlboard-ray-", dir="/tmp") as short:  # the name of a socket has 107 bytes
        for _ in range(_TRIES):
            if _starts(ray, short):
                break
        else:
            yield "", f"not tried: Ray did not start here in {_TRIES} attempts"
            return
        try:
            yield str(ray.get_runtime_context().gcs_address), ""
        finally:
            ray.shutdown()


def _starts(ray: Any, temporary: str) -> bool:
    """Whether a cluster has started; Ray gives its processes half a minute, which a busy machine may not have."""
    options = {"include_dashboard": False, "log_to_driver": False, "object_store_memory": _STORE}
    try:
        ray.init("local", num_cpus=2, _node_ip_address="127.0.0.1", _temp_dir=temporary, **options)
    except Exception:  # noqa: BLE001  Ray raises this very class
        ray.shutdown()
        for pid in children_of(os.getpid()):  # Ray forgets those of a cluster that did not start
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        return False
    return True
