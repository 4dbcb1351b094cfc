"""Tags and kinds of rows that name their split (`tags: ["math", "val"]`, `type: "eval"`)."""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterable, Sequence
from functools import lru_cache

from tensorboard_plugin_rlboard.formats.splits import TRAINING_NAMES, is_eval_name, is_training_name
from tensorboard_plugin_rlboard.words import EVAL_KINDS, KIND, ROLLOUT_KINDS, SPLIT, plain, snake_case

MAX_TAGS, _MAX_TAG_LENGTH = 32, 64
"""Tags of a row, and characters of one."""
_SEPARATORS = re.compile(r"[,;|，、；]")
_FIRST_WORD = re.compile(r"[^\W_]+")
_EVALUATIONS = frozenset(
    {
        *("eval", "evals", "evaluation", "val", "validation", "heldout", "holdout"),
        *("验证", "验证集", "评测", "评测集", "评估"),
    }
)
_UNCLEAR = frozenset({"test", "dev", "测试", "测试集"})
"""Tags that say something else as often (unit tests), unless others say `train`."""
_KINDS = frozenset(map(plain, KIND))
_TAGS = _KINDS | frozenset(
    map(
        plain,
        ["tags", "labels", "categories", "category", "kinds", "types", "flags", "keywords", "标签", "类别"],
    )
)
_SPLITS = frozenset(SPLIT)
OF_DATA = frozenset({"data", "dataset", "source", "env", "environment", "benchmark"})
"""Words of keys that say from which data a row is."""


def tags_of(value: object) -> tuple[str, ...]:
    """The tags in a list of short texts, in a text that holds such a list, or in one that separates them; else none."""
    if isinstance(value, str):
        return _tags_of_text(value) if len(value) <= MAX_TAGS * _MAX_TAG_LENGTH else ()
    if not isinstance(value, list) or not 0 < len(value) <= MAX_TAGS:
        return ()
    return tuple(value) if all(isinstance(tag, str) and len(tag) <= _MAX_TAG_LENGTH for tag in value) else ()


@lru_cache(maxsize=4096)
def _tags_of_text(text: str) -> tuple[str, ...]:
    """As `tags_of`; kept, because every row of a log is asked and few texts are in it."""
    if text.startswith("["):
        try:
            found = json.loads(text)
        except (ValueError, RecursionError):
            return ()
        return tags_of(found) if isinstance(found, list) else ()
    tags = tuple(tag.strip() for tag in _SEPARATORS.split(text))
    return tags if len(tags) <= MAX_TAGS and all(len(tag) <= _MAX_TAG_LENGTH for tag in tags) else ()


@lru_cache(maxsize=1024)
def may_hold_tags(key: str) -> bool:
    """Whether a list of texts under a key are tags of its row."""
    return plain(snake_case(key)) in _TAGS


@lru_cache(maxsize=1024)
def may_say_split(key: str) -> bool:
    """Whether what stands under a key may say of which split its row is: tags, a phase, the data that it is from."""
    name = snake_case(key)
    return key != "split" and (
        may_hold_tags(key) or name in _SPLITS or not OF_DATA.isdisjoint(name.split("_"))
    )


def evaluations_under(key: str, values: Collection[object]) -> dict[str, frozenset[str]]:
    """The values under a key that put rows into the evaluation: value as text -> its tags that name an evaluation.

    Kinds in one word (`type`) do only where all of them are words for rollouts or for an evaluation.
    """
    if not may_hold_tags(key):
        return {}
    tags_by_value = {
        value if isinstance(value, str) else json.dumps(value): tags_of(value)
        for value in values
        if tags_of(value)
    }
    if plain(snake_case(key)) not in _KINDS:
        tags_by_value = {
            text: tags for text, tags in tags_by_value.items() if len(tags) > 1 or text.startswith("[")
        }
    elif any(len(tags) == 1 and not text.startswith("[") for text, tags in tags_by_value.items()):
        kinds = {tag.lower() for tags in tags_by_value.values() for tag in tags}
        tags_by_value = tags_by_value if kinds <= EVAL_KINDS | ROLLOUT_KINDS else {}
    telling = _evaluation_tags(tags_by_value.values())
    found = {text: telling.intersection(tags) for text, tags in tags_by_value.items()}
    return {text: tags for text, tags in found.items() if tags}


def _evaluation_tags(rows: Iterable[Sequence[str]]) -> frozenset[str]:
    tags = {tag for row in rows for tag in row}
    says_training = any(_tag_word(tag) in TRAINING_NAMES for tag in tags)
    telling = _EVALUATIONS | _UNCLEAR if says_training else _EVALUATIONS
    return frozenset(tag for tag in tags if _tag_word(tag) in telling)


def normalised_split(split: object, default: str = "train") -> str:
    """`train` or `eval` from what a row calls its split: every name that trainers use for a held-out split is `eval`.

    Args:
        split: a name, or several tags of which one may be such a name.
        default: the split of a name that is of neither, and of several tags of which none says one.
    """
    tags = tags_of(split)
    if not isinstance(split, str) or len(tags) <= 1:
        name = tags[0] if tags else split
        if isinstance(name, str) and is_eval_name(name):
            return "eval"
        return "train" if isinstance(name, str) and is_training_name(name) else default
    tag_words = set(map(_tag_word, tags))
    if tag_words & (_EVALUATIONS | _UNCLEAR):
        return "eval"
    return "train" if tag_words & TRAINING_NAMES else default


def _tag_word(tag: str) -> str:
    """The word of a tag that counts: its first one (`val/math`, `eval-set`), or that behind the word for a split (`split:val`)."""
    found = _FIRST_WORD.findall(
        tag[:_MAX_TAG_LENGTH].lower().replace("held-out", "heldout").replace("held_out", "heldout")
    )
    if len(found) > 1 and found[0] in _SPLITS:
        return str(found[1])
    return str(found[0]) if found and (len(found) == 1 or "/" in tag or found[-1] == "set") else ""
