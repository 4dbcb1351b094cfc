"""Assigns split, group, finish reason and identifiers: the labels of a sample beside its step."""

from __future__ import annotations

from collections import Counter

from tensorboard_plugin_rlboard import words
from tensorboard_plugin_rlboard.formats.evidence.field_roles import FieldRoles, is_open
from tensorboard_plugin_rlboard.formats.evidence.profile import Column, differs_within
from tensorboard_plugin_rlboard.formats.evidence.value_types import (
    is_identifier,
    is_single_word,
    is_text,
    names_split,
)
from tensorboard_plugin_rlboard.formats.generic.fields import RESPONSE_FIELDS
from tensorboard_plugin_rlboard.formats.generic.key_paths import EITHER
from tensorboard_plugin_rlboard.formats.split_flags import (
    are_flags,
    may_be_judgement,
    says_held_out,
    says_training,
)
from tensorboard_plugin_rlboard.formats.split_tags import OF_DATA, evaluations_under
from tensorboard_plugin_rlboard.formats.splits import (
    EVAL_SPLIT_NAMES,
    TRAINING_NAMES,
    is_eval_name,
    is_split_name,
    split_from_name,
)

_MAX_SPLIT_NAMES = 8
"""Different names that the phases of a training may have."""
_TRAININGS = frozenset({"rollout", "rollouts"})
_PASSED = frozenset({"test", "testing", "dev", "测试"})
"""Words of a flag that may say that an answer passed a test."""


def assign_labels(roles: FieldRoles) -> str:
    """Assign group, split, finish reason, identifier and the texts beside prompt and response.

    Returns:
        One sentence where a key may say the split and was not taken for it; else empty.
    """
    for name, names in words.TEXTS.items():
        roles.assign(name, names, is_text, meta=True)
    roles.assign("finish_reason", words.FINISH_REASON, is_identifier, of_each=True)
    doubt = _assign_split(roles)
    doubt = _assign_flags(roles) or doubt
    _assign_group(roles)
    found = roles.candidates(words.SAMPLE_ID, is_identifier, meta=True)
    roles.take("sample_id", [column for column in found if column.is_unique()])
    if not {"prompt", "messages"} & roles.keys.keys():
        used = {path for paths in roles.keys.values() for path in paths.split(EITHER)}
        texts = [column for column in roles.profile if column.place.depth == 0 and column.path not in used]
        roles.note("prompt", [one for one in texts if one.fits(is_text) and not one.fits(is_single_word)])
    return doubt


def _assign_split(roles: FieldRoles) -> str:
    """Assign the split; one sentence where the kinds of rows may say it and were not taken for it, else empty."""
    if own := roles.spelt_like("split", is_text):
        roles.keys["split"] = own[0].path
        return ""
    texts = roles.candidates(words.SPLIT, is_text, meta=True)
    kinds = roles.candidates(words.KIND, is_text)
    roles.take(
        "split",
        [
            *filter(_names_splits, texts),
            *(column for column in kinds if _is_split_by_kind(roles, column)),
            *(
                column
                for column in roles.profile
                if is_open(column, meta=True) and _holds_both_splits(column)
            ),
        ],
    )
    tagged = _tagged(roles)
    if "split" not in roles.keys and roles.take("split", [column for column, _ in tagged.values()]):
        _, tags = tagged[roles.keys["split"].split(EITHER)[0]]
        roles.notes["split"] = f"rows with {', '.join(sorted(tags)[:4])} are eval"
    if "split" in roles.keys:
        return ""
    for column in kinds:
        found = _kinds_of_answers(roles, column)
        if eval_names := sorted(found & words.EVAL_KINDS):
            roles.note("split", [column])
            return (
                f"{column.path} was not taken as split: beside {eval_names[0]} it has {min(found - words.EVAL_KINDS)}, which is no "
                f'training. If it says which rows are held out, add split = "{column.path}" to the [mapping] that the tab and '
                "doctor print."
            )
    return _doubt_of_data(roles)


def _doubt_of_data(roles: FieldRoles) -> str:
    """One sentence where the data that rows are from may say which of them are held out; else empty."""
    for column in roles.profile:
        is_of_data = not OF_DATA.isdisjoint(column.place.name.split("_")) and column.fits(is_text)
        if not is_of_data or not is_open(column, meta=True):
            continue
        names = {str(value).strip() for value in column.values.values()} - {""}
        others = sorted(name for name in names if name.lower() not in TRAINING_NAMES)
        is_some = "benchmark" in column.place.name and 0 < len(column.values) < roles.profile.count
        if (others and len(others) < len(names) and len(names) <= _MAX_SPLIT_NAMES) or (others and is_some):
            roles.note("split", [column])
            return (
                f"{column.path} was not taken as split: rows with {others[0]} may be held out. If they are, log split = "
                '"eval" in them.'
            )
    return ""


def _tagged(roles: FieldRoles) -> dict[str, tuple[Column, frozenset[str]]]:
    """Path -> column and tags, of the keys with tags or kinds of which some put a row into the evaluation."""
    found = {}
    for column in roles.profile:
        tags = evaluations_under(column.place.name, list(column.values.values()))
        if tags and is_open(column, meta=True):
            found[column.path] = column, frozenset().union(*tags.values())
    return found


def _holds_both_splits(column: Column) -> bool:
    """Whether the values of a key of any name are words for the training and for evaluations, and nothing else.

    Of a key that names data they may be in longer names (`gsm8k_train`, `gsm8k_test`).
    """
    if not all(isinstance(value, str) for value in column.values.values()):
        return False
    named = {str(value).strip().lower() for value in column.values.values()}
    evaluations = named & (EVAL_SPLIT_NAMES | words.EVAL_KINDS)
    if len(named) <= _MAX_SPLIT_NAMES:
        evaluations |= {name for name in named if split_from_name(name) == "eval"}  # `val@1`, 验证
    trainings = named & (TRAINING_NAMES | _TRAININGS)
    if not OF_DATA.isdisjoint(column.place.name.split("_")) and len(named) <= _MAX_SPLIT_NAMES:
        evaluations |= set(filter(is_eval_name, named))
        trainings |= set(filter(is_split_name, named)) - evaluations
    return bool(evaluations and trainings) and named == evaluations | trainings


def _assign_flags(roles: FieldRoles) -> str:
    """Assign the flags that say of each row whether it is of the training or held out.

    Returns:
        One sentence where one of them may be a judgement as well and was not taken; else empty.
    """
    flags = [
        column for column in roles.profile if is_open(column, meta=True) and are_flags(column.values.values())
    ]
    flags.sort(key=lambda column: column.place.depth)
    held_out = [column for column in flags if says_held_out(column.place.name)]
    unclear = [column for column in held_out if _may_judge(roles, column)]
    roles.take("validation", [column for column in held_out if column not in unclear])
    if roles.take("training", [column for column in flags if says_training(column.place.name)]):
        roles.notes["training"] = "rows with false are eval"
    used = {path for paths in roles.keys.values() for path in paths.split(EITHER)}
    for column in unclear:
        if column.path not in used and column.varies() and "validation" not in roles.keys:
            roles.note("validation", [column])
            return (
                f"{column.path} was not taken as split: it may say as well how an answer was judged. If it says which rows "
                f'are held out, add validation = "{column.path}" to the [mapping] that the tab and doctor print.'
            )
    return ""


def _may_judge(roles: FieldRoles, column: Column) -> bool:
    """Whether a flag may say how an answer was judged: its name does as well, and answers to one prompt differ in it."""
    name = column.place.name
    are_truths = all(isinstance(value, bool) for value in column.values.values())
    if not may_be_judgement(name) or (are_truths and not _PASSED & set(name.split("_"))):
        return False
    prompts = roles.column("prompt")
    shares_one = prompts is not None and roles.profile.is_shared(prompts)
    return prompts is None or not shares_one or differs_within(column, prompts)


def _names_splits(column: Column) -> bool:
    """Whether texts say which split a row is of: most of them, or one of a few."""
    few = len({str(value) for value in column.values.values()}) <= _MAX_SPLIT_NAMES
    are_names = few or column.fits(is_single_word)
    return (are_names and column.fits(names_split)) or (
        few and any(is_eval_name(str(value)) for value in column.values.values())
    )


def _is_split_by_kind(roles: FieldRoles, column: Column) -> bool:
    """Whether the kinds of rows are rollouts and those of an evaluation; of rows without a response it does not count."""
    kinds = _kinds_of_answers(roles, column)
    return bool(kinds & words.EVAL_KINDS) and kinds <= words.EVAL_KINDS | words.ROLLOUT_KINDS


def _kinds_of_answers(roles: FieldRoles, column: Column) -> set[str]:
    """The kinds of the rows that have a response."""
    paths = [path for field in RESPONSE_FIELDS for path in roles.keys.get(field, "").split(EITHER) if path]
    columns = [found for path in paths if (found := roles.profile.column(path)) is not None]
    answered = {at for found in columns for at in found.values}
    return {str(value).lower() for at, value in column.values.items() if at in answered}


def _take_task(roles: FieldRoles) -> bool:
    """Take what names the task of samples without a prompt, where several of them have each of its names (HumanEval's samples)."""
    for column in roles.candidates(words.WEAK_GROUP, is_identifier, meta=True):
        counts = Counter(map(str, column.values.values()))
        shared = sum(count > 1 for count in counts.values())
        if len(counts) > 1 and 2 * shared > len(counts) and len(column.values) == roles.profile.count:
            return roles.take("group_id", [column])
    return False


def _assign_group(roles: FieldRoles) -> None:
    if own := roles.spelt_like("group_id", is_identifier):
        roles.keys["group_id"] = own[0].path
        return
    prompts, steps = roles.column("prompt"), roles.column("step")
    if prompts is None and "messages" not in roles.keys and _take_task(roles):
        return
    for names, needs_proof in ((words.GROUP, False), (words.WEAK_GROUP, roles.profile.count > 1)):
        for column in roles.candidates(names, is_identifier, meta=True):
            speaks_for, against = roles.profile.groups(column, prompts, steps)
            if not against and (speaks_for or not needs_proof) and roles.take("group_id", [column]):
                return
