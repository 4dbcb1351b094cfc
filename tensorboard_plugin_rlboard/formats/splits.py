"""The two splits, and the words by which trainers call the held-out one."""

from __future__ import annotations

import re
from functools import lru_cache

SPLITS = ("train", "eval")
EVAL_SPLIT_NAMES = frozenset({"eval", "val", "valid", "validation", "test", "dev"})
"""What trainers call a held-out split."""
EVAL_WORDS = EVAL_SPLIT_NAMES | {
    *("evals", "evaluation", "evaluations", "evaluate", "testing", "holdout", "heldout", "unseen"),
    *("验证", "验证集", "评测", "评测集", "评估", "测试", "测试集"),
}
"""Words of a longer name that say the same (`eval/math500`, `val-core/aime`, `post_task_eval`)."""
TRAINING_NAMES = frozenset({"train", "training", "训练", "训练集"})
"""What trainers call the other one."""
_PLAIN = EVAL_SPLIT_NAMES | TRAINING_NAMES | {"", "evaluation"}
_OF_TRAINING = TRAINING_NAMES | {"rollout", "rollouts"}
_AMBIGUOUS_WORDS = frozenset({"test", "testing", "dev", "unseen", "valid", "测试", "测试集"})
"""Words that files and folders have for other reasons."""
_BESIDE_SPLIT = frozenset(
    {
        *(
            "step",
            "steps",
            "global",
            "iter",
            "iteration",
            "update",
            "checkpoint",
            "ckpt",
            "epoch",
            "rank",
            "worker",
        ),
        *(
            "data",
            "dataset",
            "set",
            "split",
            "dir",
            "dirs",
            "folder",
            "log",
            "logs",
            "dump",
            "dumps",
            "core",
            "aux",
        ),
        *(
            "output",
            "outputs",
            "result",
            "results",
            "sample",
            "samples",
            "rollout",
            "rollouts",
            "traces",
            "text",
        ),
        *("generation", "generations", "gen", "gens", "completion", "completions", "response", "responses"),
        *(
            "trajectory",
            "trajectories",
            "episodes",
            "predictions",
            "policy",
            "trainer",
            "optim",
            "table",
            "tables",
        ),
        *(
            "all",
            "final",
            "last",
            "best",
            "run",
            "runs",
            "during",
            "post",
            "pre",
            "online",
            "offline",
            "held",
            "out",
        ),
    }
)
"""Words that a folder's name may have beside those of a split or a step and still be called after it as a whole."""
_CAPITAL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_HELD_OUT = re.compile(r"held[^a-z]*out|hold[^a-z]*out")
_MAX_NAME_LENGTH = 200
"""Characters of a name that are looked at."""


def is_eval_name(name: str) -> bool:
    """Whether the name of a split has a word for a held-out one, alone or with a prefix or suffix."""
    return _is_eval_name(name[:_MAX_NAME_LENGTH])


@lru_cache(maxsize=1024)
def _is_eval_name(name: str) -> bool:
    """As `is_eval_name`; kept, because every row of a log is asked and few names are in it."""
    return bool(words_of(name) & EVAL_WORDS) or bool(_HELD_OUT.search(name.lower()))


def is_split_name(name: str) -> bool:
    """Whether a name has a word for either split."""
    return is_eval_name(name) or bool(words_of(name) & TRAINING_NAMES)


def is_training_name(name: str) -> bool:
    """Whether the name of a split has a word for the training, and none for a held-out one."""
    return bool(words_of(name) & _OF_TRAINING) and not is_eval_name(name)


def says_more(name: str) -> bool:
    """Whether the name of a split says more than which of the two it is: the data set, say, or another phase."""
    return name.strip().lower() not in _PLAIN


def split_from_name(name: str, training: frozenset[str] = TRAINING_NAMES) -> str:
    """The split that the name of a file or folder says (`val_data_step3`, `v1_validation_data_dir`); else empty.

    `test`, `dev` and `valid` beside others say nothing here: folders have these names for other reasons.

    Args:
        name: the name of one file or folder.
        training: the words that mean the train split.
    """
    words = words_of(name)
    if words & (EVAL_WORDS - _AMBIGUOUS_WORDS) or "valid" in words or _HELD_OUT.search(name.lower()):
        return "eval"
    return "train" if words & training else ""


def is_called_after(name: str) -> bool:
    """Whether a folder's name as a whole says a split or a step (`eval_step_10`, `val_generations`).

    Names of experiments have such words as well (`grpo-no-eval`, `step3-vl-10b`): one word of another kind is enough
    to tell that the folder is no split's and no step's. Letters that stand alone (`v1`) say nothing.
    """
    known = EVAL_WORDS | TRAINING_NAMES | _BESIDE_SPLIT
    return all(word in known or len(word) == 1 for word in words_of(name))


def words_of(name: str) -> frozenset[str]:
    """The words of a name in small letters, capitals and everything that is no letter between them."""
    spaced = _CAPITAL.sub(" ", name[:_MAX_NAME_LENGTH]).lower()
    return frozenset("".join(letter if letter.isalpha() else " " for letter in spaced).split())


def held_out_words(name: str) -> frozenset[str]:
    """The words of a file's or folder's name that say a held-out split only beside a name of the training (`test`)."""
    return words_of(name) & _AMBIGUOUS_WORDS
