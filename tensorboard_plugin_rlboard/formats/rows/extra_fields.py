"""Values that stand in an object of a line (rewards, metrics) as further keys of its sample."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from tensorboard_plugin_rlboard.formats.native import NATIVE

_OURS = NATIVE.read_keys() | {"messages", "sample_id", "data_source", "policy_version"}


def add(row: dict[str, object], found: Iterable[tuple[str, object]], prefix: str) -> None:
    """Adds numbers, truth values and texts to a sample under their own names.

    A name that means something else there (a reward that is called `step`) becomes `<prefix>.<name>`. Anything else
    than a single value is left out.
    """
    for name, value in found:
        if isinstance(value, (bool, int, float, str)):
            row[f"{prefix}.{name}" if name in row or name in _OURS else name] = value


def section(row: Mapping[str, object], *keys: str) -> Mapping[str, object]:
    """The object below a path of keys; an empty one where there is none."""
    found: object = row
    for key in keys:
        found = found.get(key) if isinstance(found, Mapping) else None
    return found if isinstance(found, Mapping) else {}


def text(value: object) -> str:
    """An identifier as text; empty for anything that is none."""
    if isinstance(value, str):
        return value
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else ""
