"""The mapping of fields to keys as a value, which a format carries into parts, tasks of a cluster and manifests."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field

MAPPING_NAME = "mapping"
"""Name of the formats that a mapping makes."""


@dataclass(frozen=True)
class KeyMapping:
    """Which keys hold our fields in rows of no known format: the section [mapping] of rlboard.toml, or a guess.

    Attributes:
        keys: field -> key of the rows, or path (`info.reward`, `rollouts[].reward`; `generic.key_paths` says what a
            path may be); empty for a step that the rows do not have, whatever stands under `step`. The paths say as well what a row is: one sample, or several.
        guessed: whether it was guessed and is not the user's own.
        alternatives: field -> other paths that might hold it as well.
        doubt: one sentence where another mapping is about as good; empty where the rows are clear.
        notes: field -> what is made of its values, where they are not taken as they are (`yes = 1, no = 0`).
    """

    keys: Mapping[str, str]
    guessed: bool = False
    alternatives: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    doubt: str = ""
    notes: Mapping[str, str] = field(default_factory=dict)

    def to_options(self) -> dict[str, str]:
        """The mapping as options of `Format.spec`."""
        options = {"mapping": _as_json(dict(self.keys))}
        if self.guessed:
            options["guessed"] = "1"
        if self.alternatives:
            options["alternatives"] = _as_json(
                {name: list(paths) for name, paths in self.alternatives.items()}
            )
        if self.doubt:
            options["doubt"] = self.doubt
        if self.notes:
            options["notes"] = _as_json(dict(self.notes))
        return options

    @classmethod
    def from_options(cls, options: Mapping[str, str]) -> KeyMapping | None:
        """The mapping that `to_options` wrote; None where the options hold none."""
        pairs = _json_object(options.get("mapping", ""))
        keys = {name: key for name, key in pairs.items() if isinstance(key, str) and (key or name == "step")}
        others = {
            name: tuple(path for path in paths if isinstance(path, str))
            for name, paths in _json_object(options.get("alternatives", "")).items()
            if isinstance(paths, list)
        }
        stored_notes = _json_object(options.get("notes", ""))
        notes = {name: note for name, note in stored_notes.items() if isinstance(note, str)}
        return cls(keys, "guessed" in options, others, options.get("doubt", ""), notes) if keys else None


def _as_json(value: Mapping[str, object]) -> str:
    return json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(",", ":"))


def _json_object(text: str) -> dict[str, object]:
    try:
        found = json.loads(text)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}
