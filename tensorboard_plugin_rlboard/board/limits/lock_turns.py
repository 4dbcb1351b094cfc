"""How long one thread keeps the interpreter's lock where others want it: the process is TensorBoard's, not ours alone."""

from __future__ import annotations

import sys

_PYTHONS_OWN_S, _TURN_S = 0.005, 0.001
"""Python's five milliseconds come for each thread in line, and an answer of TensorBoard's takes the lock some ten times. With 64
clients and turns of one, others compute 0.38 ms while somebody waits for the lock and not 0.47, and as much is answered."""


def shorten_lock_turns() -> None:
    """Lets threads take shorter turns, where nobody else has said how long they are."""
    if abs(sys.getswitchinterval() - _PYTHONS_OWN_S) < 1e-9:
        sys.setswitchinterval(_TURN_S)
