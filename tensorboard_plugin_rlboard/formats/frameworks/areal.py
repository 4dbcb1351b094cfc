"""Reads AReaL's rollout dump: the texts of one task a file, one sample a line; no token data.

Trainer: AReaL (inclusionAI), `dump_to_file` in areal/infra/workflow_executor.py.
Option: `dump_to_file` with a `tokenizer_path`; files are `{trial}/rollout/{version}/{task}.jsonl` and `eval-rollout/…`.
Line: one sample, special tokens kept in its texts.

Older versions, and workflows of users, dump texts (`dump_dir`, `{log}/generated/{version}/{task}.txt` and
`generated-eval/…`), which `sources/containers/tagged_texts.py` makes rows of: then the folder says the version, and equal
prompts are a group.

The step is `tail_version`, the newest policy version that a sample was written with, not the global step.
`head_version` counts the prompt's tokens, too; where it is -1 it says nothing.
"""

from __future__ import annotations

import re
from pathlib import PurePosixPath

from tensorboard_plugin_rlboard.formats.base import Format, LineContext, LineSamples, PathDefaults, Row
from tensorboard_plugin_rlboard.formats.rows.column_batches import as_int
from tensorboard_plugin_rlboard.formats.rows.extra_fields import says_step

_VERSION = re.compile(r"[0-9]{1,15}")
_SPLITS = {"rollout": "train", "eval-rollout": "eval", "generated": "train", "generated-eval": "eval"}
_REQUIRED_KEYS = frozenset({"sample_idx", "n_samples", "seqlen", "reward"})


def _recognise(row: Row) -> bool:
    texts = isinstance(row.get("prompt"), str) and isinstance(row.get("completion"), str)
    is_of_file = "task_id" in row and as_int(row.get("tail_version")) is not None
    if says_step(row):
        return False  # somebody's own: AReaL has versions only
    return texts and (is_of_file or (row.keys() >= _REQUIRED_KEYS and as_int(row["seqlen"]) is not None))


def _to_samples(row: Row, _: LineContext) -> LineSamples:
    sample = {
        key: value for key, value in row.items() if key not in {"sample_idx", "n_samples", "head_version"}
    }
    sample["step"] = sample.pop("tail_version", None)
    sample["response"] = sample.pop("completion", None)
    task = sample.pop("task_id", None)
    if isinstance(task, (str, int)):
        sample["group_id"] = str(task)
        sample["sample_id"] = f"{task}:{row.get('sample_idx', 0)}"
    oldest_version = as_int(row.get("head_version"))
    if oldest_version is not None and oldest_version >= 0:
        sample["policy_version"] = oldest_version
    return LineSamples([sample])


def _version_and_kind(path: PurePosixPath) -> tuple[str, str]:
    """The names of the version's folder and of the folder above it."""
    return path.parent.name, path.parent.parent.name


def _path_defaults(path: PurePosixPath) -> PathDefaults:
    """`…/rollout/7/12.jsonl` is training at version 7, `…/eval-rollout/7/…` evaluation."""
    version, kind = _version_and_kind(path)
    if kind not in _SPLITS:
        return PathDefaults()
    return PathDefaults(int(version) if _VERSION.fullmatch(version) else None, _SPLITS[kind])


def _levels_to_run(path: PurePosixPath) -> int:
    """The run is the trial's folder, above the version and above the folder of its split."""
    version, kind = _version_and_kind(path)
    return 2 if kind in _SPLITS and _VERSION.fullmatch(version) else 0


AREAL = Format(
    name="areal",
    definition="AReaL: areal/infra/workflow_executor.py, dump_to_file; no token data, no ground truth",
    recognise=_recognise,
    to_samples=_to_samples,
    path_defaults=_path_defaults,
    levels_to_run=_levels_to_run,
)
