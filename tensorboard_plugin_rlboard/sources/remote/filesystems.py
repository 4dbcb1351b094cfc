"""fsspec's file systems, and questions to them that outlive a lost connection.

Everything that they raise ends here, as an ``OSError`` whose ``strerror`` is one sentence of ours: their own messages
may carry addresses with keys in them. fsspec is an extra; what is missing is said the same way.
"""

from __future__ import annotations

import errno
import threading
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, TypeVar

from tensorboard_plugin_rlboard.sources.addresses import printable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_Answer = TypeVar("_Answer")

# Seconds between attempts. File systems of fsspec have retries of their own; these are for what outlives them.
_PAUSES = (0.5, 1.0, 2.0)
# Seconds after which no further attempt begins: where nothing answers at all, each attempt takes its own time-out.
_PATIENCE = 60.0
# S3's libraries would try 25 times within each of ours.
_OPTIONS: dict[str, dict[str, Any]] = {"s3": {"config_kwargs": {"retries": {"total_max_attempts": 1}}}}
_OWN_RETRIES = 2


class RemoteError(OSError):
    """An address cannot be read now; ``strerror`` says why, without the address and without credentials."""


class _Places:
    """One file system object per place: fsspec's own store would make one for each thread that asks."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._made: dict[str, Any] = {}

    def get(self, url: str) -> Any:
        place = _place(url)
        with self._lock:
            if place not in self._made:
                self._made[place] = _make(place)
            return self._made[place]

    def drop(self, url: str) -> None:
        """Forgets the one of an address, so that the next question takes credentials that were renewed."""
        with self._lock:
            self._made.pop(_place(url), None)

    def clear(self) -> None:
        """Forgets all of them."""
        with self._lock:
            self._made.clear()


places = _Places()
_hurry = threading.local()


def _place(url: str) -> str:
    """Give the part of an address that decides which file system object serves it: ``s3://bucket``."""
    return "/".join(url.split("/", 3)[:3])


def _protocol(url: str) -> str:
    return url.partition("://")[0]


def inside(url: str) -> str:
    """Give the path as the file system wants it."""
    from fsspec import core  # noqa: PLC0415  an extra, and slow to import

    return str(core.strip_protocol(url))


def _make(place: str) -> Any:
    try:
        from fsspec import core  # noqa: PLC0415  an extra, and slow to import
    except ImportError:
        needs = 'Remote log directories need fsspec: pip install "tensorboard-plugin-rlboard[remote]"'
        raise RemoteError(errno.ENOSYS, needs) from None
    protocol = _protocol(place)
    try:
        options = _OPTIONS.get(protocol, {})
        system = core.url_to_fs(place, skip_instance_cache=True, use_listings_cache=False, **options)[0]
    except ImportError as error:
        # fsspec's sentence for a file system whose package is missing: "Install s3fs to access S3".
        remedy = (
            'pip install "tensorboard-plugin-rlboard[remote]"'
            if protocol in {"s3", "s3a"}
            else str(error).rstrip(".") or "install its package for fsspec"
        )
        raise RemoteError(errno.ENOSYS, f"{protocol}:// needs a further package: {remedy}") from None
    except Exception as error:  # noqa: BLE001  each file system has errors of its own
        reason = f"fsspec cannot open {protocol}:// addresses here ({type(error).__name__})"
        raise RemoteError(errno.ENOSYS, reason) from None
    if protocol in _OPTIONS:
        system.retries = min(system.retries, _OWN_RETRIES)
    return system


def patiently(url: str, ask: Callable[[], _Answer]) -> _Answer:
    """Ask a file system, and where the connection is lost ask again after a pause.

    Args:
        url: The address that the question is about.
        ask: The question.

    Raises:
        OSError: With one sentence in ``strerror``, free of secrets.
    """
    seconds = getattr(_hurry, "seconds", None)
    return _patiently(url, ask) if seconds is None else _in_time(url, ask, seconds)


@contextmanager
def hurried(seconds: float) -> Iterator[None]:
    """Let no question of this thread take longer: somebody waits for its answer."""
    _hurry.seconds = seconds
    try:
        yield
    finally:
        _hurry.seconds = None


def _in_time(url: str, ask: Callable[[], _Answer], seconds: float) -> _Answer:
    """Ask in a thread of its own, which is left alone with its time-outs where it takes too long."""
    answers: list[_Answer] = []
    errors: list[Exception] = []

    def work() -> None:
        try:
            answers.append(_patiently(url, ask))
        except Exception as error:  # noqa: BLE001  raised again below, where somebody waits for it
            errors.append(error)

    thread = threading.Thread(target=work, name="rlboard-remote", daemon=True)
    thread.start()
    thread.join(seconds)
    if errors:
        raise errors[0]
    if not answers:
        reason = f"{printable(_place(url))} did not answer in {seconds:g} seconds; ask again later"
        raise RemoteError(errno.ETIMEDOUT, reason)
    return answers[0]


def _patiently(url: str, ask: Callable[[], _Answer]) -> _Answer:
    begun = time.monotonic()
    for attempts, pause in enumerate((*_PAUSES, None), 1):
        try:
            return ask()
        except FileNotFoundError:
            raise FileNotFoundError(errno.ENOENT, "No such file or directory") from None
        except PermissionError:
            places.drop(url)
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
                places.drop(url)
                reason = (
                    f"There are no usable credentials for {_protocol(url)}:// in TensorBoard's environment"
                )
                raise RemoteError(errno.EACCES, reason) from None
            if pause is None or time.monotonic() - begun > _PATIENCE:
                tried = f"{attempts} attempts" if attempts > 1 else "time"
                reason = f"{printable(_place(url))} did not answer in {tried} ({kind}); it is asked again at the next look"
                raise RemoteError(errno.EIO, reason) from None
            time.sleep(pause)
    raise AssertionError  # the last attempt returns or raises
