"""Advice on what to do next, one line each, the most useful first."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from importlib.util import find_spec

from tensorboard_plugin_rlboard.api import RunInfo
from tensorboard_plugin_rlboard.doctor.report import FileReport, IgnoredFileReport, RunReport
from tensorboard_plugin_rlboard.index.update.duplicate_runs import is_of_writer
from tensorboard_plugin_rlboard.operating_system import command_line
from tensorboard_plugin_rlboard.problem_kinds import kind_words

_HOOK_OF_FORMAT = {
    "verl": "docs/integrations/verl.md: one call logs every token",
    "trl": "docs/integrations/trl.md: callbacks=[RLBoardCallback(...)] logs every token",
}
_WRITER = "log with RolloutWriter (docs/logging.md)"
_WRITER_IN_USE = "pass response_tokens and logprobs to RolloutWriter.log, too (docs/logging.md)"
_INSTALL_TOKENIZERS = "pip install tokenizers"
_BY_PROBLEM = {
    "bad_json": "look at the line that is named; a torn line often is a full disk or two writers of one file",
    "not_a_number": "log the number itself: of a tensor or array, value.item()",
    "not_an_array": "log a list of numbers: of a tensor or array, values.tolist()",
    "no_step": "log a whole number as step, or give it by [mapping] step_from in an rlboard.toml (docs/settings.md)",
    "no_logprob": "log natural logarithms of probabilities, which are 0 or below",
    "odd_groups": 'give the responses to one prompt in one step a group_id of their own, or write group_id = "" (docs/settings.md)',
    "length_mismatch": "log one value for each response token, without the prompt's",
    "key_twice": "give each key, or column, a name of its own: of two with one name the last value counts",
    "rows_left_out": "write each row with as many cells as the header, a text with the separator in quotation marks",
    "damaged_archive": "copy the file anew, or unpack it yourself; what could be read of it is shown",
    "vanished": "put the file back, or start anew",
}


def for_run(info: RunInfo, files: Sequence[FileReport], *, has_events: bool, settings_file: str) -> list[str]:
    """The lines for a run; nothing is recommended that is in use already.

    Args:
        info: what the tab is told of it.
        files: its files.
        has_events: whether TensorBoard has any scalar runs.
        settings_file: the rlboard.toml that counts for it, as it is shown; empty without one.
    """
    if not any(file.samples for file in files):
        why = f" ({info.message})" if info.message else ""
        return [f"None of its lines became a sample: look at the problems above{why}."]
    found = []
    if info.mapping_guessed:
        where = f"into {settings_file}" if settings_file else "as rlboard.toml in the run's folder"
        found.append(f"The mapping is a guess: save the lines above {where}, corrected.")
    if any(file.tokenizer == "missing" for file in files):
        install = "" if find_spec("tokenizers") else f", and {_INSTALL_TOKENIZERS}"
        found.append(
            f"Tokens are bare ids: put the model's tokenizer.json into the run's folder or one above it{install}."
        )
    elif any(file.tokenizer == "found" for file in files) and not find_spec("tokenizers"):
        found.append(f"The tokenizer cannot be used yet: {_INSTALL_TOKENIZERS}.")
    kinds = dict.fromkeys(problem.kind for file in files for problem in file.problems)
    found += [f"Of {kind_words(kind)}: {_BY_PROBLEM[kind]}." for kind in kinds if kind in _BY_PROBLEM]
    if any(kind not in _BY_PROBLEM for kind in kinds):
        found.append("The tab lists every problem with its line: the number of problems in its top bar.")
    found += _for_fields(info, files)
    if info.scalar_pairing == "none" and has_events:
        found.append(
            'No event files are paired: name them in an rlboard.toml: [scalars] runs = ["…"] (docs/settings.md).'
        )
    return found


def _for_fields(info: RunInfo, files: Sequence[FileReport]) -> Iterator[str]:
    """What to log further, of what this training can have."""
    missing = [{lacks.field for lacks in file.missing} for file in files if file.samples]
    everywhere = set.intersection(*missing)
    unusable = not {"logprobs", "rollout_logprobs"}.isdisjoint(info.unusable)  # the problems say what to do
    if "logprobs" in everywhere and "rollout_logprobs" in everywhere and not unusable:
        if info.same_as:
            yield f"The run {info.same_as} holds the same samples with their tokens: look there."
        else:
            yield f"Nothing is known of single tokens: {'; '.join(dict.fromkeys(map(_hook, files)))}."
    elif (
        "ref_logprobs" in everywhere - set(info.unusable)
        and "logprobs" not in everywhere
        and info.config.get("beta") != 0
    ):
        yield "For KL, log ref_logprobs: those of the reference model for the same tokens."
    if "reward" in everywhere and "reward" not in info.unusable:
        joined = any(join.what == "scores" for join in info.joined)
        others = "" if joined else ", or join scores that were made elsewhere (docs/joins.md)"
        yield f"There is no reward: log it{others}."


def _hook(file: FileReport) -> str:
    """What logs the tokens of the training that a file is of."""
    if is_of_writer(file.file):
        return _WRITER_IN_USE
    return _HOOK_OF_FORMAT.get(file.format.partition("-")[0], _WRITER)


def for_all(
    path: str, runs: Sequence[RunReport], ignored: Sequence[IgnoredFileReport], cut: bool
) -> list[str]:
    """The lines for the whole report.

    Args:
        path: what was looked at.
        runs: the runs.
        ignored: the files that are not read.
        cut: whether large files were read in part.
    """
    found = []
    if any(run.files and any(file.samples for file in run.files) for run in runs):
        found.append(f"To look at it: {command_line(['tensorboard', '--logdir', path])}")
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
