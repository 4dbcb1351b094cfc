"""Python's thread switch interval: how long a thread keeps the interpreter's lock (GIL) while another one waits for it."""

from __future__ import annotations

import sys

_PYTHON_DEFAULT_SECONDS, _SWITCH_SECONDS = 0.005, 0.001
"""Python's five milliseconds come for each thread in line, and an answer of TensorBoard's takes the lock some ten times. With 64
clients and turns of one, others compute 0.38 ms while somebody waits for the lock and not 0.47, and as much is answered."""


def shorten_switch_interval() -> None:
    """Shortens the interval, for TensorBoard's own threads; leaves it as it is where somebody else has set it."""
    if abs(sys.getswitchinterval() - _PYTHON_DEFAULT_SECONDS) < 1e-9:
        sys.setswitchinterval(_SWITCH_SECONDS)
