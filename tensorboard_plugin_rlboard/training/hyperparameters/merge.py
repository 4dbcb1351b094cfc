"""The settings of a training: γ, λ, β, ε, temperature and whatever else is written beside its rollouts.

What a source says is flattened, known names are brought together (`config_names.py`), and of each name the first
source that has it counts.
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
    OTHERS,
    STRONG,
    SWITCHES,
    TEXTS,
)

Value = str | int | float | bool
MOST = 200
"""Names that are kept of a run."""
_LONGEST = 200
_DEEPEST, _MOST_READ = 8, 5_000
_SECRET = re.compile(
    r"(^|[_.-])(token|secret|password|passwd|api_?key|access_?key|credentials?|auth)$", re.IGNORECASE
)
_MODEL_KEYS = frozenset({"hidden_size", "vocab_size", "num_hidden_layers", "num_attention_heads", "n_embd"})
_TRAINING_PARTS = frozenset(
    {"grpo", "ppo", "trainer", "rollout", "num_train_epochs", "total_episodes", "algorithm"}
)


@dataclass(frozen=True)
class Source:
    """One place that says something of a run.

    Attributes:
        name: how it is shown.
        values: what it says, tables within tables.
    """

    name: str
    values: Mapping[str, object]


@dataclass(frozen=True)
class RunConfig:
    """The settings of a run.

    Attributes:
        config: name -> value; known names first.
        sources: name -> where it is from, with the name that it has there if that is another.
    """

    config: Mapping[str, Value] = field(default_factory=dict)
    sources: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Declaration:
    """What the writer's event file says of its own rollouts.

    Attributes:
        run: the run of the event file.
        files: the rollout files, relative to its folder.
        config: the settings of the training.
    """

    run: str
    files: tuple[str, ...]
    config: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True)
class EventFacts:
    """What the event files of an experiment say.

    Attributes:
        declarations: those of our own writer.
        hparams: TensorBoard's native hyperparameters, run -> name -> value.
        arguments: arguments of a trainer that were written as text, run -> name -> value.
    """

    declarations: tuple[Declaration, ...] = ()
    hparams: Mapping[str, Mapping[str, object]] = field(default_factory=dict)
    arguments: Mapping[str, Mapping[str, object]] = field(default_factory=dict)


def said(config: Mapping[str, Value], config_sources: Mapping[str, str]) -> list[Source]:
    """What rlboard.toml says, as one source for each file that says it."""
    files = dict.fromkeys(config_sources.values())
    return [
        Source(file, {name: value for name, value in config.items() if config_sources.get(name) == file})
        for file in files
    ]


def combined(sources: Iterable[Source]) -> RunConfig:
    """What some sources say together: of each name, the first that has it."""
    known: dict[str, tuple[Value, str]] = {}
    further: dict[str, tuple[Value, str]] = {}
    for source in sources:
        flat = flattened(source.values)
        paths = _Paths(flat)
        taken: set[str] = set()
        for name in ALIASES:
            path = paths.find(name)
            if path is None:
                continue
            taken.add(path)
            where = source.name if path == name else f"{source.name}: {path}"
            known.setdefault(name, (_as_said(name, flat[path]), where))
        for path, value in flat.items():
            if path not in taken and path not in ALIASES:
                further.setdefault(path, (value, source.name))
    everything = [*known.items(), *further.items()][:MOST]
    return RunConfig(
        {name: value for name, (value, _) in everything}, {name: where for name, (_, where) in everything}
    )


def is_training(values: Mapping[str, object]) -> bool:
    """Whether a file holds the settings of a training, and not those of a model, a tokenizer or anything else."""
    if "architectures" in values or len(_MODEL_KEYS & values.keys()) > 1:
        return False
    flat = flattened(values)
    paths = _Paths(flat)
    if any(paths.find(name) is not None for name in STRONG):
        return True
    return any(part in _TRAINING_PARTS for path in flat for part in path.lower().split("."))


def flattened(values: Mapping[str, object]) -> dict[str, Value]:
    """The short single values of tables within tables, by their path; what may be a secret is left out."""
    found: dict[str, Value] = {}
    for path, value in islice(_leaves(values, "", _DEEPEST), _MOST_READ):
        if isinstance(value, str) and (len(value) > _LONGEST or "\n" in value or _SECRET.search(path)):
            continue
        if isinstance(value, (str, bool, int, float)):
            found[path] = value
    return found


def _leaves(values: Mapping[str, object], before: str, depth: int) -> Iterator[tuple[str, object]]:
    for key, value in values.items():
        path = f"{before}{key}"
        if isinstance(value, Mapping):
            if depth:
                yield from _leaves(value, f"{path}.", depth - 1)
        elif len(path) <= _LONGEST:
            yield path, value


class _Paths:
    """The paths of a source by their last part, so that each alias looks at few."""

    def __init__(self, flat: Mapping[str, Value]) -> None:
        self.flat = flat
        self.by_end: dict[str, list[tuple[str, str]]] = {}
        for path in flat:
            plain = path.lower().replace("-", "_").replace("/", ".")
            self.by_end.setdefault(plain.rpartition(".")[2], []).append((plain, path))

    def find(self, name: str) -> str | None:
        """The path whose value has a known name: by the order of its aliases, the shortest path first."""
        for alias in ALIASES[name]:
            fitting = [
                (plain.count("."), path)
                for plain, path in self.by_end.get(alias.rpartition(".")[2], ())
                if (plain == alias or plain.endswith(f".{alias}"))
                and _is_said(name, self.flat[path])
                and _is_policys(name, alias, plain)
            ]
            if fitting and not self._is_off(alias):
                return min(fitting)[1]
        return None

    def _is_off(self, alias: str) -> bool:
        """Whether the trainer was told not to use it."""
        switch = SWITCHES.get(alias, "")
        return any(self.flat[path] is False for _, path in self.by_end.get(switch, ()))


def _is_said(name: str, value: Value) -> bool:
    return isinstance(value, str) if name in TEXTS else _number(value) is not None


def _as_said(name: str, value: Value) -> Value:
    number = None if name in TEXTS else _number(value)
    return value if number is None else number


def _number(value: Value) -> float | int | None:
    """A number; also one that was written as a text (`1e-6` in YAML). None for anything else, NaN among it."""
    if isinstance(value, bool):
        return None
    try:
        number = float(value)
    except (ValueError, OverflowError):
        return None
    if math.isnan(number):
        return None
    return value if isinstance(value, (int, float)) else number


def _is_policys(name: str, alias: str, path: str) -> bool:
    parts = set(path.split(".")) - set(alias.split("."))
    if parts & OTHERS:
        return False
    return name.endswith("learning_rate") or not parts & OPTIMIZERS
