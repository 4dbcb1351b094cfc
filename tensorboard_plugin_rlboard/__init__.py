"""RL Board: reinforcement-learning rollouts of language models as a TensorBoard tab.

Importing this package loads nothing but itself: TensorBoard imports it at start-up, and a trainer imports it
next to its own dependencies. ``RolloutWriter`` is fetched from ``writer.py`` when it is first asked for.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tensorboard_plugin_rlboard.writer import RolloutWriter

__version__ = "0.1.0"

__all__ = ["RolloutWriter", "__version__"]


def __getattr__(name: str) -> object:
    """Import ``RolloutWriter`` when it is first used, so that importing the package stays free of NumPy."""
    if name == "RolloutWriter":
        from tensorboard_plugin_rlboard.writer import RolloutWriter  # noqa: PLC0415 (lazy, see above)

        return RolloutWriter
    msg = f"module {__name__!r} has no attribute {name!r}"
    raise AttributeError(msg)
