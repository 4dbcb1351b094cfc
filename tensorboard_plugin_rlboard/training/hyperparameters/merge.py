"""Merges the hyperparameters of a training (γ, λ, β, ε, temperature, …) from all the places that have them.

The values of a source are flattened, the trainers' names for one hyperparameter are brought together (`aliases.py`),
and of each name the first source that has it counts.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import islice

from tensorboard_plugin_rlboard.training.hyperparameters.aliases import (
    ALIASES,
    OPTIMIZERS,
    OTHER_MODELS,
    SWITCHES,
    TEXT_NAMES,
    TRAINING_ONLY,
)

HyperparameterValue = str | int | float | bool
MAX_NAMES = 200
"""Hyperparameters of a run that are shown at most."""
_MAX_BITS = 1023
"""Of a whole number: a longer one is none that a training can compute with."""
_MAX_LENGTH = 200
_MAX_DEPTH, _MAX_VALUES = 8, 5_000
_SECRET = re.compile(
    r"(^|[_.-])(token|secret|password|passwd|api_?key|access_?key|credentials?|auth)$", re.IGNORECASE
)
_MODEL_KEYS = frozenset({"hidden_size", "vocab_size", "num_hidden_layers", "num_attention_heads", "n_embd"})
_TRAINING_KEYS = frozenset(
    {"grpo", "ppo", "trainer", "rollout", "num_train_epochs", "total_episodes", "algorithm"}
)


@dataclass(frozen=True)
class HyperparameterSource:
    """One place that has hyperparameters of a run: a file, an event file, rlboard.toml.

    Attributes:
        name: how it is shown.
        values: the hyperparameters, tables within tables.
    """

    name: str
    values: Mapping[str, object]


@dataclass(frozen=True)
class RunHyperparameters:
    """The hyperparameters of a run.

    Attributes:
        values: name -> value; the names of `aliases.ALIASES` first.
        sources: name -> where it is from, with the name that it has there if that is another.
    """

    values: Mapping[str, HyperparameterValue] = field(default_factory=dict)
    sources: Mapping[str, str] = field(default_factory=dict)


def toml_sources(
    values: Mapping[str, HyperparameterValue], files: Mapping[str, str]
) -> list[HyperparameterSource]:
    """The section [config] of rlboard.toml as one source for each file that has it.

    Args:
        values: name -> value.
        files: name -> the file that says it, as it is shown.
    """
    return [
        HyperparameterSource(file, {name: value for name, value in values.items() if files.get(name) == file})
        for file in dict.fromkeys(files.values())
    ]


def merge_sources(sources: Iterable[HyperparameterSource]) -> RunHyperparameters:
    """Merge sources: of each name, the first source that has it counts."""
    aliased: dict[str, tuple[HyperparameterValue, str]] = {}
    further: dict[str, tuple[HyperparameterValue, str]] = {}
    for source in sources:
        flat = flatten(source.values)
        paths = _PathsByLastKey(flat)
        taken: set[str] = set()
        for name in ALIASES:
            path = paths.find(name)
            if path is None:
                continue
            taken.add(path)
            where = source.name if path == name else f"{source.name}: {path}"
            aliased.setdefault(name, (_converted(name, flat[path]), where))
        for path, value in flat.items():
            if path not in taken and path not in ALIASES:
                further.setdefault(path, (value, source.name))
    everything = [*aliased.items(), *further.items()][:MAX_NAMES]
    return RunHyperparameters(
        {name: value for name, (value, _) in everything}, {name: where for name, (_, where) in everything}
    )


def is_training_config(values: Mapping[str, object]) -> bool:
    """Whether a file holds hyperparameters of a training, and not those of a model, a tokenizer or anything else."""
    if "architectures" in values or len(_MODEL_KEYS & values.keys()) > 1:
        return False
    flat = flatten(values)
    paths = _PathsByLastKey(flat)
    if any(paths.find(name) is not None for name in TRAINING_ONLY):
        return True
    return any(key in _TRAINING_KEYS for path in flat for key in path.lower().split("."))


def flatten(values: Mapping[str, object]) -> dict[str, HyperparameterValue]:
    """Flatten tables within tables: path -> single value; long values and what may be a secret are left out."""
    found: dict[str, HyperparameterValue] = {}
    for path, value in islice(_leaves(values, "", _MAX_DEPTH), _MAX_VALUES):
        if isinstance(value, str) and (len(value) > _MAX_LENGTH or "\n" in value or _SECRET.search(path)):
            continue
        if isinstance(value, int) and value.bit_length() > _MAX_BITS:
            continue
        if isinstance(value, (str, bool, int, float)):
            found[path] = value
    return found


def _leaves(values: Mapping[str, object], before: str, depth: int) -> Iterator[tuple[str, object]]:
    for key, value in values.items():
        path = f"{before}{key}"
        if isinstance(value, Mapping):
            yield (
                path,
                value,
            )  # so that tables count as well: aliases of YAML can make millions of them without a value
            if depth:
                yield from _leaves(value, f"{path}.", depth - 1)
        elif len(path) <= _MAX_LENGTH:
            yield path, value


class _PathsByLastKey:
    """The paths of a flattened source by their last key, so that each alias is compared with few."""

    def __init__(self, flat: Mapping[str, HyperparameterValue]) -> None:
        self.flat = flat
        self.by_last_key: dict[str, list[tuple[str, str]]] = {}
        for path in flat:
            plain = path.lower().replace("-", "_").replace("/", ".")
            self.by_last_key.setdefault(plain.rpartition(".")[2], []).append((plain, path))

    def find(self, name: str) -> str | None:
        """The path of a hyperparameter: by the order of its aliases, the shortest path first; None without one."""
        for alias in ALIASES[name]:
            fitting = [
                (plain.count("."), path)
                for plain, path in self.by_last_key.get(alias.rpartition(".")[2], ())
                if (plain == alias or plain.endswith(f".{alias}"))
                and _has_right_type(name, self.flat[path])
                and _belongs_to_policy(name, alias, plain)
            ]
            if fitting and not self._is_switched_off(alias):
                return min(fitting)[1]
        return None

    def _is_switched_off(self, alias: str) -> bool:
        """Whether another hyperparameter says that the trainer does not use this one."""
        switch = SWITCHES.get(alias, "")
        return any(self.flat[path] is False for _, path in self.by_last_key.get(switch, ()))


def _has_right_type(name: str, value: HyperparameterValue) -> bool:
    return isinstance(value, str) if name in TEXT_NAMES else _number(value) is not None


def _converted(name: str, value: HyperparameterValue) -> HyperparameterValue:
    number = None if name in TEXT_NAMES else _number(value)
    return value if number is None else number


def _number(value: HyperparameterValue) -> float | int | None:
    """A number, also one that was written as a text (`1e-6` in YAML); None for anything else, NaN among it."""
    if isinstance(value, bool):
        return None
    try:
        number = float(value)
    except (ValueError, OverflowError):
        return None
    if math.isnan(number):
        return None
    return value if isinstance(value, (int, float)) else number


def _belongs_to_policy(name: str, alias: str, path: str) -> bool:
    other_keys = set(path.split(".")) - set(alias.split("."))
    if other_keys & OTHER_MODELS:
        return False
    return name.endswith("learning_rate") or not other_keys & OPTIMIZERS
