"""Numbers that may be the reward, or belong to it, beside what is called so: each is said before a curve is believed."""

from __future__ import annotations

from collections.abc import Iterable

from tensorboard_plugin_rlboard.formats.evidence.profile import Column
from tensorboard_plugin_rlboard.formats.evidence.roles import Roles, is_open
from tensorboard_plugin_rlboard.formats.evidence.value_types import is_number
from tensorboard_plugin_rlboard.formats.generic.key_paths import EITHER

_MEASURES = frozenset(
    [
        "loss",
        "kl",
        "lr",
        "entropy",
        "entropies",
        "len",
        "length",
        "lengths",
        "chars",
        "words",
        "token",
        "tokens",
        "time",
        "times",
        "seconds",
        "sec",
        "ms",
        "timestamp",
        "ts",
        "date",
        "duration",
        "latency",
        "id",
        "ids",
        "idx",
        "index",
        "step",
        "steps",
        "epoch",
        "epochs",
        "iter",
        "iteration",
        "round",
        "turn",
        "turns",
        "num",
        "n",
        "count",
        "counts",
        "number",
        "seed",
        "temperature",
        "temp",
        "top",
        "logprob",
        "logprobs",
        "logp",
        "prob",
        "probs",
        "perplexity",
        "ppl",
        "std",
        "var",
        "mean",
        "avg",
        "average",
        "min",
        "max",
        "sum",
        "advantage",
        "advantages",
        "return",
        "returns",
        "value",
        "values",
        "weight",
        "ratio",
        "version",
        "rank",
        "worker",
        "position",
        "pos",
        "size",
        "batch",
        "norm",
        "grad",
        "clip",
        "difficulty",
        "level",
        "cost",
        "price",
        "progress",
        "percent",
        "share",
        "rate",
        "policy",
        "model",
        "attempt",
        "retry",
        "retries",
        "stop",
        "truncated",
        "finished",
        "done",
        "valid",
        "split",
        "eval",
        "val",
        "test",
        "train",
        "training",
        "is",
        "has",
        "flag",
        "priority",
        "memory",
        "gpu",
        "port",
        "year",
        "age",
        "limit",
        "budget",
        "used",
        "group",
        "ref",
        "reference",
        "surprise",
        "mismatch",
        "staleness",
        "shipped",
        "trained",
        "line",
        "row",
        "sample",
        "samples",
        "shape",
        "width",
        "height",
    ]
)
"""Words of numbers that are measures, counts or settings, and no scores."""
_MEASURES_IN_CHINESE = ("长度", "时间", "数", "步", "轮", "号", "损失", "熵", "温度", "优势", "耗时", "难度")
_PARTIAL = frozenset({"base", "task", "env", "raw", "main", "outcome", "extrinsic"})
_ADDED = frozenset({"bonus", "penalty", "shaping", "intrinsic", "bonuses", "penalties"})
_LISTED, _LARGEST = 3, 1e4


def doubt_of_missing(roles: Roles) -> str:
    """One sentence on numbers that may be the reward where no key is called like one; they are noted, too. Else empty."""
    found = [column for column in _numbers(roles) if _may_be_score(column)][:_LISTED]
    if not found:
        return ""
    roles.note("reward", found)
    return (
        f"No reward was taken, because no key is called like one; it may be one of these: {_listed(found)}."
    )


def doubt_of_taken(roles: Roles) -> str:
    """One sentence where a reward of another name may belong to the one that was taken, or stand in its place; else empty."""
    taken = roles.keys.get("reward", "")
    reward = roles.profile.column(taken)
    if reward is None:
        return _doubt_of_gaps(roles, taken.split(EITHER)) if taken else ""
    others = _numbers(roles)
    if _PARTIAL & set(reward.place.name.split("_")):
        added = [
            one
            for one in others
            if _ADDED & set(one.place.name.split("_")) and any(x for _, x in one.numbers())
        ]
        if added:
            return (
                f"The reward may be another one: {taken} was taken, and {_listed(added)} may be added to it."
            )
    return _doubt_of_gaps(roles, [taken])


def _doubt_of_gaps(roles: Roles, taken: list[str]) -> str:
    """One sentence where the samples without a reward have another number that is called like one; else empty."""
    rewarded = {at for path in taken if (column := roles.profile.column(path)) for at in column.values}
    for column in _numbers(roles):
        is_called = not {"reward", "score"}.isdisjoint(column.place.name.split("_"))
        if rewarded and is_called and column.values and rewarded.isdisjoint(column.values):
            roles.note("reward", [column])
            return (
                f"Samples without a reward have {column.path}: if it is theirs, write reward = "
                f'"{EITHER.join([*taken, column.path])}" into the [mapping].'
            )
    return ""


def _numbers(roles: Roles) -> list[Column]:
    """The numbers of each sample that no field has."""
    used = {path for paths in roles.keys.values() for path in paths.split(EITHER)}
    return [
        column
        for column in roles.profile
        if column.path not in used
        and column.fits(is_number)
        and is_open(column, meta=True)
        and (column.place.of_each or not roles.is_several)
    ]


def _may_be_score(column: Column) -> bool:
    name = column.place.name
    is_measure = not _MEASURES.isdisjoint(name.split("_")) or any(
        word in name for word in _MEASURES_IN_CHINESE
    )
    is_small = all(abs(number) <= _LARGEST for _, number in column.numbers())
    return not is_measure and column.varies() and is_small


def _listed(columns: Iterable[Column]) -> str:
    return ", ".join(column.path for column in columns)
