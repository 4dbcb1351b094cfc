"""The command `rlboard demo`: starts TensorBoard on the sample logs that come with the package.

They are an excerpt of `rollout_samples/` in the repository, made by `scripts/demo_samples.py`: every line is one that a
real training wrote.
"""

from __future__ import annotations

import errno
import socket
import sys
from pathlib import Path

from tensorboard_plugin_rlboard.operating_system import can_take_over_ports, replace_process
from tensorboard_plugin_rlboard.terminal import print_error, print_line

SAMPLES = Path(__file__).parents[1] / "samples"
DEFAULT_PORT, PORTS_TRIED = 6006, 20


def demo(host: str = "localhost", port: int | None = None) -> int:
    """Start TensorBoard and wait for its end.

    Args:
        host: address to listen on.
        port: port; without, the first free one from TensorBoard's own default on.

    Returns:
        TensorBoard's exit code; 1 where it cannot start.
    """
    if not any(SAMPLES.glob("*/*.jsonl*")):
        print_error(f"There are no sample logs in {SAMPLES}: the package is not whole.")
        return 1
    try:
        free = _free_port(host, port)
    except OSError as error:
        print_error(f"Cannot listen on {host}: {error.strerror or error}.")
        return 1
    if free is None:
        print_error(f"Port {port or DEFAULT_PORT} on {host} is taken: choose another with --port.")
        return 1
    shown = socket.gethostname() if host in {"0.0.0.0", "::"} else host  # noqa: S104 - compared only
    print_line(f"RL Board: http://{shown}:{free}/#rlboard   (Ctrl-C ends it)")
    command = [
        sys.executable,
        "-m",
        "tensorboard.main",
        "--logdir",
        str(SAMPLES),
        "--host",
        host,
        "--port",
        str(free),
    ]
    return replace_process(command)


def _free_port(host: str, port: int | None) -> int | None:
    """A port that can be listened on; None where it is taken.

    Raises:
        OSError: the host is not one of this machine.
    """
    ports = range(DEFAULT_PORT, DEFAULT_PORT + PORTS_TRIED) if port is None else (port,)
    return next((port for port in ports if _is_free(host, port)), None)


def _is_free(host: str, port: int) -> bool:
    family, _, _, _, address = socket.getaddrinfo(
        host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
    )[0]
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        if can_take_over_ports():
            # As TensorBoard does: a connection of the last run that still lingers is no obstacle.
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(address)
        except OSError as error:
            if error.errno not in {errno.EADDRINUSE, errno.EACCES}:
                raise
            return False
    return True
