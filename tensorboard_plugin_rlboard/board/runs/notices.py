"""The notices above the curves of a run: what a user should know before believing them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import PurePosixPath

from tensorboard_plugin_rlboard import api
from tensorboard_plugin_rlboard.board.runs.column_mapping import ColumnMapping
from tensorboard_plugin_rlboard.formats.base import Format
from tensorboard_plugin_rlboard.formats.frameworks.opencompass import OPENCOMPASS, paired_run
from tensorboard_plugin_rlboard.formats.generic.key_paths import PARTS, PRODUCT
from tensorboard_plugin_rlboard.formats.generic.written_reward import OPTION
from tensorboard_plugin_rlboard.formats.rows.file_options import file_defaults
from tensorboard_plugin_rlboard.formats.rows.path_names import (
    FILE_NAME,
    logged_table,
    step_and_split_from_names,
)
from tensorboard_plugin_rlboard.index.attempts.unrelated_files import (
    LoggedSteps,
    UnrelatedFiles,
    may_be_unrelated,
    unrelated_files,
)
from tensorboard_plugin_rlboard.index.detect.sibling_names import source_beside_others
from tensorboard_plugin_rlboard.index.registry import Registry
from tensorboard_plugin_rlboard.index.run import RunIndex

_SUM_OF = "sum of "
_MAX_FILES = 20
"""Files of a run whose names are looked at: they are called alike."""
_LACKS = {
    "tokens": "has no token data",
    "some_tokens": "has less token data",
    "samples": "has fewer samples",
    "nothing": "has no more than that",
}
_NO_REWARD_FUNCTIONS = frozenset({"advantage", "reward_function", "entropy", "num_turns"})
"""Numbers of trainers with reward functions that are no score."""


def run_notices(run: RunIndex, mapping: ColumnMapping) -> Iterator[api.Notice]:
    """Notices that follow from a run's files, its keys and how they were mapped."""
    files = tuple(run.files.values())  # the indexing thread may add one meanwhile
    summed = mapping.sources.get("reward", "")
    is_plain = summed.startswith(_SUM_OF) and PRODUCT not in summed  # else weights of the log are in it
    if mapping.guessed and is_plain and not mapping.doubt and not _is_of_turns(mapping):
        yield _summed_reward(summed.removeprefix(_SUM_OF))
    # What a function logs beside its score is a number as well, so the parts are not named.
    summing = next((file.format for file in files if file.format.sums_reward_functions), None)
    if summing and OPTION not in summing.options and len(run.keys.numbers - _NO_REWARD_FUNCTIONS) > 1:
        yield _summed_reward_functions(summing.name)
    if mapping.sources.get("step") == FILE_NAME:
        counted = next(
            (file.relative for file in files[:_MAX_FILES] if _is_counted(file.relative, file.format)), ""
        )
        if counted:
            yield _numbered_files(counted)
        if any(logged_table(PurePosixPath(file.relative).name) for file in files[:_MAX_FILES]):
            yield api.Notice(
                "table_steps",
                "The step is the number in the name that W&B gave the table, and that is the step of the log before where "
                "wandb.log was called with a step. To be sure, log a column step in the table.",
            )
    if may_be_unrelated(file.relative for file in files):
        found = unrelated_files(
            LoggedSteps(file.relative, (file.format.name, split), order.distinct())
            for file in files
            for split, order in tuple(file.steps.items())
        )
        if found is not None:
            yield _repeated_steps(found)


def same_samples_notices(run: RunIndex, registry: Registry) -> Iterator[api.Notice]:
    """Notices that another run holds the same samples, which of both has more, and why to prefer it."""
    same, runs = registry.duplicate_runs, registry.runs
    better = runs.get(same.get(run.name, ""))
    if better is not None:
        lacks = _lacking(run, better)
        yield api.Notice(
            "same_samples",
            f"{better.name} holds the same samples as this run; this one {_LACKS[lacks]}, so the list of runs leaves it "
            "out.",
            {"other": better.name, "lacks": lacks},
        )
    for name, held_by in same.items():  # few, of however many runs
        other = runs.get(name) if held_by == run.name else None
        if other is not None:
            lacks = _lacking(other, run)
            yield api.Notice(
                "same_samples_elsewhere",
                f"{other.name} holds the same samples as this run; that one {_LACKS[lacks]}, so the list of runs leaves "
                "it out.",
                {"other": other.name, "lacks": lacks},
            )


def repeated_samples_notices(run: RunIndex, registry: Registry) -> Iterator[api.Notice]:
    """Notices that two files of a run hold the same samples."""
    found = registry.duplicate_files.get(run.name)
    if found is not None:
        first, second, compared = found
        yield api.Notice(
            "repeated_samples",
            f"{first} and {second} hold the same samples ({compared:,} of them were compared), so each counts twice. Leave one "
            "of the two files in the log directory.",
            {"first": first, "second": second, "n": str(compared)},
        )


def evaluation_notices(run: RunIndex, registry: Registry) -> Iterator[api.Notice]:
    """Notices that an evaluation is two runs, because its answers and their scores were written apart."""
    if all(file.format.name != OPENCOMPASS.name for file in tuple(run.files.values())):
        return
    other, has_scores = paired_run(run.name)
    if other in registry.runs:
        yield api.Notice(
            "scored_elsewhere" if has_scores else "answers_elsewhere",
            f"OpenCompass writes answers and scores apart: {'the rewards of these answers' if has_scores else 'the whole answers'} "
            f"are in the run {other}.",
            {"other": other},
        )


def _lacking(worse: RunIndex, better: RunIndex) -> str:
    """What a run lacks in comparison with another: one of `_LACKS`."""
    if len(worse.token_metrics) < len(better.token_metrics):
        return "some_tokens" if worse.token_metrics else "tokens"
    return "samples" if worse.samples < better.samples else "nothing"


def _is_of_turns(mapping: ColumnMapping) -> bool:
    """Whether the reward is the sum of what the turns of a conversation got, which has no weights."""
    conversation = mapping.sources.get("messages", "").partition(" ")[0]
    reward = mapping.sources.get("reward", "").removeprefix(_SUM_OF)
    return bool(conversation) and reward.startswith(f"{conversation}.{PARTS}.")


def _summed_reward(columns: str) -> api.Notice:
    return api.Notice(
        "summed_reward",
        f"The reward is the plain sum of {columns}: their weights are not in the log. With other weights than 1, the "
        "trained reward is another number.",
        {"columns": columns},
    )


def _summed_reward_functions(trainer: str) -> api.Notice:
    return api.Notice(
        "summed_reward_functions",
        f"Of several reward functions the reward is the plain sum here: {trainer} does not log their weights. With other "
        "weights than 1, the trained reward is another number: write it into an rlboard.toml in the run's folder, "
        '[mapping] reward = "accuracy * 1.0 + format * 0.5" with the names of your functions.',
        {"trainer": trainer},
    )


def _is_counted(relative: str, file_format: Format) -> bool:
    """Whether the step of a file is a number in its name without a word for a step beside it."""
    path, step = PurePosixPath(relative), file_defaults(file_format).step
    if step is None or "step" not in file_format.options.get("named", ""):
        return False
    return step_and_split_from_names(
        path, is_numbered="number" in file_format.options["named"]
    ).step is None and bool(source_beside_others(relative, step))


def _numbered_files(file: str) -> api.Notice:
    name = file.rpartition("/")[2]
    return api.Notice(
        "numbered_files",
        f"The rows say no step, so the numbers in the names of their files were taken for it ({name}). If they count "
        "something else, as ranks or parts of one step, log a step in each row, or say in an rlboard.toml where it "
        "stands ([mapping] step or step_from).",
        {"file": name},
    )


def _repeated_steps(found: UnrelatedFiles) -> api.Notice:
    first, second = (path.rpartition("/")[2] for path in (found.first, found.second))
    folder = found.first.rpartition("/")[0]
    return api.Notice(
        "repeated_steps",
        f"{first} and {second}{f' in {folder}' if folder not in {'', '.'} else ''} log {len(found.shared):,} of the "
        f"same steps ({found.shared[0]} to {found.shared[-1]}), and their samples are averaged into one curve. If they "
        "are two trainings, move each file into a folder of its own.",
        {
            "first": first,
            "second": second,
            "n": str(len(found.shared)),
            "from": str(found.shared[0]),
            "to": str(found.shared[-1]),
        },
    )
