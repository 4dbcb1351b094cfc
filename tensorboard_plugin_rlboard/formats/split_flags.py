"""Keys of flags that tell whether a row is of the training or held out (`is_train`, `is_eval`, `是否验证`)."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache

from tensorboard_plugin_rlboard.formats.splits import EVAL_WORDS, TRAINING_NAMES, words_of

_IN_TWO, _VALID_SET = ({"held", "out"}, {"hold", "out"}), {"is", "in", "valid", "set"}
_WHETHER = "是否"
_HELD_OUT = EVAL_WORDS - {"valid", "unseen"} | {"validate", "evaluating"}  # a response may be valid
_BESIDE = frozenset(
    {"is", "in", "for", "on", "from", "mode", "sample", "set", "split", "row", "data", "phase", "during"}
)
_JUDGEMENTS = frozenset(
    {"eval", "evals", "evaluation", "evaluate", "test", "testing", "dev", "测试", "评测", "评估"}
)
"""Names that say as often how an answer was judged, or whether it passed a test."""
_YES = frozenset({"true", "1", "yes", "是", "对"})
_NO = frozenset({"false", "0", "no", "否", "错"})
_MAX_TEXT_LENGTH = 8
"""Characters of a text that may be a truth value with white space around it."""


def truth(value: object) -> bool | None:
    """The truth value that a flag has as such, as 1 or 0, or in words; None for anything else."""
    if isinstance(value, (bool, int, float)):
        return bool(value) if value in {0, 1} else None
    text = value.strip().lower() if isinstance(value, str) and len(value) <= _MAX_TEXT_LENGTH else ""
    return True if text in _YES else False if text in _NO else None


def are_flags(values: Iterable[object]) -> bool:
    """Whether most values are truth values and none is another number: a few of another kind are rows that went wrong."""
    found = list(values)
    others = [value for value in found if truth(value) is None]
    is_counted = any(isinstance(value, (int, float)) for value in others)
    return not is_counted and 2 * len(others) < len(found)


@lru_cache(maxsize=1024)
def says_held_out(name: str) -> bool:
    """Whether a key is called like a flag of rows that are held out (`is_eval`, `held_out`)."""
    found = words_of(name)
    return (
        _is_called(name, _HELD_OUT) or found - _BESIDE in _IN_TWO or {"valid", "set"} <= found <= _VALID_SET
    )


@lru_cache(maxsize=1024)
def says_training(name: str) -> bool:
    """Whether a key is called like a flag of rows of the training, without which a row is held out (`is_train`)."""
    return _is_called(name, TRAINING_NAMES)


def may_be_judgement(name: str) -> bool:
    """Whether a key is called like a judgement as well as like a flag (`eval`, `test`)."""
    return words_of(name) <= _JUDGEMENTS


def _is_called(name: str, telling: frozenset[str]) -> bool:
    found = words_of(name.removeprefix(_WHETHER))
    return bool(found & telling) and found <= telling | _BESIDE
