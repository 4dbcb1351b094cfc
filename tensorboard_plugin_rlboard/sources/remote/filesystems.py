"""Asks fsspec's file systems, with retries and time limits, and turns their errors into sentences.

Whatever they raise becomes an ``OSError`` whose ``strerror`` is one sentence of ours: their own messages may carry
addresses with keys in them. fsspec is an extra; that it is missing is said the same way.
"""

from __future__ import annotations

import errno
import threading
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, TypeVar

from tensorboard_plugin_rlboard.sources.addresses import printable_path
from tensorboard_plugin_rlboard.sources.remote.deferred_requests import deferred_requests
from tensorboard_plugin_rlboard.sources.remote.errors import RemoteError, WrongAnswerError
from tensorboard_plugin_rlboard.sources.remote.timed_requests import timed_requests

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Iterator

_Answer = TypeVar("_Answer")

# Seconds between tries. File systems of fsspec have retries of their own; these are for what outlives them.
_RETRY_PAUSES = (0.5, 1.0, 2.0)
# Seconds after which no further try begins: where nothing answers at all, each try takes its own time-out.
_RETRY_SECONDS = 60.0
# S3's libraries would try 25 times within each of ours.
_OPTIONS: dict[str, dict[str, Any]] = {"s3": {"config_kwargs": {"retries": {"total_max_attempts": 1}}}}
_MAX_S3_RETRIES = 2


class _FileSystems:
    """One fsspec file system for each store (``s3://bucket``): fsspec's own cache would make one for each thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._open: dict[str, Any] = {}

    def get(self, url: str) -> Any:
        store = _store_of(url)
        with self._lock:
            if store not in self._open:
                self._open[store] = _open_file_system(store)
            return self._open[store]

    def drop(self, url: str) -> None:
        """Forget the file system of an address, so that the next request uses renewed credentials."""
        with self._lock:
            self._open.pop(_store_of(url), None)

    def clear(self) -> None:
        """Forget all file systems, and what they did not answer."""
        with self._lock:
            self._open.clear()
        timed_requests.clear()


file_systems = _FileSystems()
_time_limit = threading.local()


def _store_of(url: str) -> str:
    """Give the beginning of an address that decides which file system serves it: ``s3://bucket``."""
    return "/".join(url.split("/", 3)[:3])


def _protocol(url: str) -> str:
    return url.partition("://")[0]


def path_in_file_system(url: str) -> str:
    """Give the path of an address as its file system wants it, without the protocol."""
    from fsspec import core  # noqa: PLC0415  an extra, and slow to import

    return str(core.strip_protocol(url))


def _open_file_system(store: str) -> Any:
    try:
        from fsspec import core  # noqa: PLC0415  an extra, and slow to import
    except ImportError:
        needs = "Remote log directories need fsspec: pip install fsspec s3fs"
        raise RemoteError(errno.ENOSYS, needs) from None
    protocol = _protocol(store)
    try:
        options = _OPTIONS.get(protocol, {})
        system = core.url_to_fs(store, skip_instance_cache=True, use_listings_cache=False, **options)[0]
    except ImportError as error:
        # fsspec's sentence for a file system whose package is missing: "Install s3fs to access S3".
        remedy = (
            "pip install s3fs"
            if protocol in {"s3", "s3a"}
            else str(error).rstrip(".") or "install its package for fsspec"
        )
        raise RemoteError(errno.ENOSYS, f"{protocol}:// needs a further package: {remedy}") from None
    except Exception as error:  # noqa: BLE001  each file system has errors of its own
        reason = f"fsspec cannot open {protocol}:// addresses here ({type(error).__name__})"
        raise RemoteError(errno.ENOSYS, reason) from None
    if protocol in _OPTIONS:
        system.retries = min(system.retries, _MAX_S3_RETRIES)
    return system


def ask(
    url: str, request: Callable[[], _Answer], *, key: Hashable = None, longest: float | None = None
) -> _Answer:
    """Ask a file system something, and where the connection is lost ask again after a pause.

    Within ``time_limit`` the answer is waited for so long only; where ``deferred_requests`` are taken, for a moment.

    Args:
        url: The address that the request is about.
        request: Calls the file system.
        key: Equal for requests that have the same answer, so that a late one may be taken; None for no such request.
        longest: Seconds that it may take where nothing else limits it; None for any time.

    Raises:
        OSError: With one sentence in ``strerror``, free of secrets.
    """
    seconds = getattr(_time_limit, "seconds", None)
    if seconds is None and key is not None and deferred_requests.is_enabled:
        store = printable_path(_store_of(url))
        answer: _Answer = deferred_requests.ask(url, store, key, lambda: _ask_with_retries(url, request))
        return answer
    limit = longest if seconds is None else seconds
    if limit is None:
        return _ask_with_retries(url, request)
    found: _Answer = timed_requests.ask(
        url,
        printable_path(_store_of(url)),
        lambda: _ask_with_retries(url, request),
        limit,
        is_remembered=seconds is not None,
    )
    return found


@contextmanager
def time_limit(seconds: float) -> Iterator[None]:
    """Limit how long each ``ask`` of this thread may take, for callers that somebody waits for."""
    _time_limit.seconds = seconds
    try:
        yield
    finally:
        _time_limit.seconds = None


def _ask_with_retries(url: str, request: Callable[[], _Answer]) -> _Answer:
    begun = time.monotonic()
    for attempts, pause in enumerate((*_RETRY_PAUSES, None), 1):
        try:
            return request()
        except FileNotFoundError:
            raise FileNotFoundError(errno.ENOENT, "No such file or directory") from None
        except PermissionError:
            file_systems.drop(url)
            reason = f"{_protocol(url)}:// refused the access; look at the credentials in TensorBoard's environment"
            raise RemoteError(errno.EACCES, reason) from None
        except (NotADirectoryError, IsADirectoryError):
            raise RemoteError(errno.EISDIR, "This is a folder, not a file") from None
        except (TypeError, AttributeError, NotImplementedError, ValueError) as error:
            reason = f"fsspec's file system for {_protocol(url)}:// failed ({type(error).__name__})"
            raise RemoteError(errno.ENOTSUP, reason) from None
        except Exception as error:  # noqa: BLE001  each file system has errors of its own
            kind = type(error).__name__
            if "Credential" in kind:
                file_systems.drop(url)
                reason = (
                    f"There are no usable credentials for {_protocol(url)}:// in TensorBoard's environment"
                )
                raise RemoteError(errno.EACCES, reason) from None
            if pause is None or time.monotonic() - begun > _RETRY_SECONDS:
                store = printable_path(_store_of(url))
                reason = (
                    f"{store} answered wrongly in {f'{attempts} attempts' if attempts > 1 else 'time'} ({error}); "
                    "it is asked again at the next look"
                    if isinstance(error, WrongAnswerError)
                    else f"{store} did not answer in {f'{attempts} attempts' if attempts > 1 else 'time'} ({kind}); "
                    "it is asked again at the next look"
                )
                raise RemoteError(errno.EIO, reason) from None
            time.sleep(pause)
    raise AssertionError  # the last attempt returns or raises
