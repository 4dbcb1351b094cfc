"""Advice on what to do next, one line each, the most useful first."""

from __future__ import annotations

from collections.abc import Sequence

from tensorboard_plugin_rlboard.doctor.report import FileReport, IgnoredFile, RunReport

_HOOK_OF_FORMAT = {
    "verl": "docs/integrations/verl.md: one call logs every token",
    "trl": "docs/integrations/trl.md: callbacks=[RLBoardCallback(...)] logs every token",
}
_WRITER = "log with RolloutWriter (docs/logging.md)"
_BY_PROBLEM = {
    "bad_json": "look at the line that is named; a torn line often is a full disk or two writers of one file",
    "no_step": "log a whole number as step, or give it by [mapping] step_from in an rlboard.toml (docs/settings.md)",
    "length_mismatch": "log one value for each response token, without the prompt's",
    "damaged_archive": "copy the file anew, or unpack it yourself; what could be read of it is shown",
    "vanished": "put the file back, or start anew",
}


def for_run(
    files: Sequence[FileReport], pairing: str, mapping_toml: str, has_events: bool, message: str
) -> list[str]:
    """The lines for a run.

    Args:
        files: its files.
        pairing: how its scalar runs were found; `none` where there are none.
        mapping_toml: where its mapping is guessed, the rlboard.toml that says it.
        has_events: whether TensorBoard has any scalar runs.
        message: what the tab says of the run as a whole, else empty.
    """
    if not any(file.samples for file in files):
        why = f" ({message})" if message else ""
        return [f"None of its lines became a sample: look at the problems above{why}."]
    found = []
    if mapping_toml:
        found.append(
            "The mapping is a guess: save the lines above as rlboard.toml in the run's folder, corrected."
        )
    if any(file.tokenizer == "missing" for file in files):
        found.append(
            "Tokens are bare ids: put the model's tokenizer.json into the run's folder or one above it, "
            'and pip install "tensorboard-plugin-rlboard[tokenizers]".'
        )
    kinds = dict.fromkeys(problem.kind for file in files for problem in file.problems)
    found += [f"Problems {kind}: {_BY_PROBLEM[kind]}." for kind in kinds if kind in _BY_PROBLEM]
    if any(kind not in _BY_PROBLEM for kind in kinds):
        found.append("The tab lists every problem with its line: the number of problems in its top bar.")
    missing = [{lacks.field for lacks in file.missing} for file in files if file.samples]
    everywhere = set.intersection(*missing)
    if "logprobs" in everywhere and "rollout_logprobs" in everywhere:
        hooks = dict.fromkeys(_HOOK_OF_FORMAT.get(file.format.partition("-")[0], _WRITER) for file in files)
        found.append(f"Nothing is known of single tokens: {'; '.join(hooks)}.")
    elif "ref_logprobs" in everywhere and "logprobs" not in everywhere:
        found.append("For KL, log ref_logprobs: those of the reference model for the same tokens.")
    if "reward" in everywhere:
        found.append("There is no reward: log it, or join scores that were made elsewhere (docs/joins.md).")
    if pairing == "none" and has_events:
        found.append(
            'No event files are paired: name them in an rlboard.toml: [scalars] runs = ["…"] (docs/settings.md).'
        )
    return found


def for_all(path: str, runs: Sequence[RunReport], ignored: Sequence[IgnoredFile], cut: bool) -> list[str]:
    """The lines for the whole report.

    Args:
        path: what was looked at.
        runs: the runs.
        ignored: the files that are not read.
        cut: whether large files were read in part.
    """
    found = []
    if any(run.files and any(file.samples for file in run.files) for run in runs):
        found.append(f"To look at it: tensorboard --logdir {path}")
    elif ignored:
        found.append(
            "Nothing here is a log that can be shown. The reasons are above; an rlboard.toml can map the keys of a "
            "file that holds rollouts after all (docs/settings.md)."
        )
    else:
        found.append(
            "There is no file that could be a log. Log with RolloutWriter (docs/logging.md), point your trainer's "
            "rollout dump below this folder, or try `rlboard demo`."
        )
    if any(one.unreadable for one in ignored):
        found.append("Some files could not be read: see above for the reasons.")
    if cut:
        found.append("Large files were read in part: --all reads everything.")
    return found
