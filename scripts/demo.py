"""Opens TensorBoard with the RL Board tab on the sample logs of this repository.

    python scripts/demo.py [--host HOST] [--port PORT] [--logdir FOLDER]

Makes `.venv` and installs into it first if that has not been done. Needs Python 3.11 or newer, nothing else.
"""

from __future__ import annotations

import argparse
import errno
import os
import socket
import subprocess
import sys
from pathlib import Path

import environment

SAMPLES = environment.ROOT / "rollout_samples"
FIRST_PORT = 6006
PORTS_TRIED = 20


def _is_free(host: str, port: int) -> bool:
    family, _, _, _, address = socket.getaddrinfo(
        host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
    )[0]
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        if os.name != "nt":
            # As TensorBoard does: a connection of the last run that still lingers is no obstacle.
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(address)
        except OSError as error:
            if error.errno not in (errno.EADDRINUSE, errno.EACCES):
                raise
            return False
    return True


def check_folder(logdir: str) -> None:
    """Refuses a log folder that is not there: TensorBoard would wait for it in silence.

    Raises:
        SetupError: There is none.
    """
    if not Path(logdir).is_dir():
        raise environment.SetupError(f"There is no folder {logdir}: name another with --logdir.")


def choose_port(host: str, asked: int | None) -> int:
    """Returns the port asked for, or the first free one from TensorBoard's own default on.

    Raises:
        SetupError: It is taken, or the host is not one of this machine.
    """
    ports = [asked] if asked is not None else list(range(FIRST_PORT, FIRST_PORT + PORTS_TRIED))
    try:
        free = next((port for port in ports if _is_free(host, port)), None)
    except OSError as error:
        raise environment.SetupError(f"Cannot listen on {host}: {error.strerror}.") from error
    if free is None:
        raise environment.SetupError(
            f"Port {ports[0]} on {host} is taken or not allowed: choose another with --port or `make demo PORT=...`."
        )
    return free


def main() -> int:
    """Prepares and becomes TensorBoard; returns its exit code, or 1 if that fails."""
    parser = argparse.ArgumentParser(description="TensorBoard with the RL Board tab on the sample logs.")
    parser.add_argument("--host", default="localhost", help="address to listen on (default: %(default)s)")
    parser.add_argument("--port", type=int, help=f"port (default: the first free one from {FIRST_PORT} on)")
    parser.add_argument("--logdir", default=str(SAMPLES), help="folder of logs (default: rollout_samples)")
    arguments = parser.parse_args()
    try:
        check_folder(arguments.logdir)
        python = environment.prepare([])
        port = choose_port(arguments.host, arguments.port)
    except environment.SetupError as failure:
        print(failure, file=sys.stderr)
        return 1
    command = [str(python), "-m", "tensorboard.main", "--logdir", arguments.logdir]
    command += ["--host", arguments.host, "--port", str(port)]
    shown = socket.gethostname() if arguments.host in ("0.0.0.0", "::") else arguments.host  # noqa: S104 - compared only
    print("+", " ".join(command))
    print(f"\nRL Board: http://{shown}:{port}/#rlboard   (Ctrl-C ends it)\n", flush=True)
    if os.name != "nt":
        os.execv(command[0], command)  # so that signals reach TensorBoard itself
    return subprocess.run(command, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
