"""Prints the report as text, for a terminal."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby

from tensorboard_plugin_rlboard.doctor.fields import OF_CRITIC, OF_TOKENS, TOKENS, UNUSABLE
from tensorboard_plugin_rlboard.doctor.report import DoctorReport, FileReport, RunReport
from tensorboard_plugin_rlboard.findings.registry import DETECTORS_BY_KIND
from tensorboard_plugin_rlboard.problem_kinds import kind_words
from tensorboard_plugin_rlboard.texts import counted, plural

_MAX_IGNORED, _MAX_SETTINGS, _MAX_FINDINGS = 30, 12, 10
_PAIRING = {
    "settings": "as rlboard.toml says",
    "declared": "their event file names these rollouts",
    "same": "same folder",
    "nearest": "nearest folder",
}

_SOURCES = {"native": "RL Board's own format, docs/format.md"}
"""Format -> where it is defined, where its definition is for developers."""
_SETTINGS_SOURCES = {
    "hparams": "TensorBoard's hyperparameters",
    "args/text_summary": "the arguments that the trainer wrote into TensorBoard's text `args`",
    "RolloutWriter": "RolloutWriter(config=…)",
}
"""Source of a setting as the tab's answers name it -> as a user knows it."""


def lines(report: DoctorReport) -> Iterator[str]:
    """The lines of a report, without line ends."""
    for run in report.runs:
        yield from _run(run)
        yield ""
    if report.ignored:
        yield "Not read:"
        for ignored in report.ignored[:_MAX_IGNORED]:
            yield f"  {ignored.file}: {ignored.reason}"
        if len(report.ignored) > _MAX_IGNORED:
            yield f"  and {len(report.ignored) - _MAX_IGNORED:,} more (--json names all)"
        yield ""
    if report.settings_problems:
        yield "Settings that do not count:"
        yield from (f"  {problem}" for problem in report.settings_problems)
        yield ""
    yield from report.next


def _run(run: RunReport) -> Iterator[str]:
    samples = sum(file.samples for file in run.files)
    yield f"Run {run.run}: {counted(len(run.files), 'file')}, {counted(samples, 'sample')}"
    if run.message:
        yield f"  {run.message}"
    yield from (f"  warning: {warning}" for warning in run.warnings)
    for _, alike in groupby(run.files, key=_kind):
        yield from _files(list(alike))
    for join in run.joined:
        yield f"  joined: {join.what} from {join.source}: {join.matched:,} of {counted(join.matched + join.unmatched, 'sample')} {plural(join.matched, 'has', 'have')} {', '.join(join.columns)}"
    read_as = [f"{name} ← {source}" for name, source in run.mapping_sources.items() if name != source]
    if read_as:
        yield f"  read as: {' · '.join(read_as)}"
    if run.mapping_toml:
        for name, keys in run.mapping_alternatives.items():
            yield f"    {name} might also be {', '.join(keys)}"
        yield "  guessed mapping, as an rlboard.toml would say it:"
        yield from (f"    {line}" for line in run.mapping_toml.splitlines())
    yield f"  settings: {_settings(run)}"
    paired = f"{', '.join(run.scalar_runs)} ({_PAIRING[run.pairing]})" if run.scalar_runs else "none"
    yield f"  TensorBoard's scalars: {paired}"
    yield from _findings(run)
    yield from (f"  next: {line}" for line in run.next)


def _findings(run: RunReport) -> Iterator[str]:
    """What looks wrong, or on how much nothing does, and what could not be looked for."""
    steps, samples = run.looked_at
    if not samples:
        return
    where = f"{counted(steps, 'step')}, {counted(samples, 'sample')}"
    if run.findings:
        yield f"  looks wrong ({len(run.checked)} kinds of findings looked for in {where}):"
    else:
        yield f"  nothing looks wrong: {len(run.checked)} kinds of findings looked for in {where}"
    for finding in run.findings[:_MAX_FINDINGS]:
        first, last = finding.steps
        at = f"step {first}" if first == last else f"steps {first} to {last}"
        yield f"    {finding.severity}: {finding.title} ({finding.kind}, {at})"
        yield f"      {finding.summary}"
        if finding.symptoms:
            yield f"      with it: {', '.join(finding.symptoms)}"
        yield f"      next: {finding.next}"
    if len(run.findings) > _MAX_FINDINGS:
        yield f"    and {len(run.findings) - _MAX_FINDINGS} more (--json names all)"
    by_need: dict[str, list[str]] = {}
    for kind, need in run.not_checked.items():
        by_need.setdefault(need, []).append(f"{DETECTORS_BY_KIND[kind].title} ({kind})")
    yield from (f"    not looked for: {', '.join(kinds)}: needs {need}" for need, kinds in by_need.items())


def _kind(file: FileReport) -> tuple[object, ...]:
    """What is the same for files that are printed together."""
    kinds = [(problem.kind, problem.reason) for problem in file.problems]
    return (
        file.format,
        file.told_by,
        file.fields,
        file.splits,
        kinds,
        file.tokenizer,
        bool(file.samples),
        file.whole,
    )


def _files(alike: Sequence[FileReport]) -> Iterator[str]:
    first, last = alike[0], alike[-1]
    # Names of files are numbers as well (`1.jsonl`): whole names and how many there are, never `1-3`.
    names = first.file if len(alike) == 1 else f"{first.file} … {last.file} ({len(alike):,} files)"
    yield f"  {names}"
    steps = [file.steps for file in alike if file.steps]
    what = [counted(sum(file.samples for file in alike), "sample")]
    if steps:
        low, high = min(step[1] for step in steps), max(step[2] for step in steps)
        what.append(f"step {low}" if low == high else f"steps {low} to {high}")
    what += [", ".join(first.splits)] if first.splits else []
    size = sum(file.bytes for file in alike)
    if first.whole:
        yield f"    {first.format}: {', '.join(what)}; {_bytes(size)}"
    else:
        read = sum(file.read_bytes for file in alike)
        yield f"    {first.format}: {', '.join(what)}, in the first {_bytes(read)} of {_bytes(size)}"
    source, _, notes = first.definition.partition(". ")
    source = _SOURCES.get(first.format, source)
    if first.told_by:
        yield f"    told by its keys {', '.join(first.told_by)} ({source})"
    if notes:
        yield f"    note: {notes}"
    if first.fields:
        yield f"    has {', '.join(first.fields)}"
    if first.missing:
        yield "    has not"
        yield from (f"      {line}" for line in _lacks(first))
    if first.tokenizer:
        yield f"    tokenizer: {'found' if first.tokenizer == 'found' else 'none, so tokens are shown as #id'}"
    for file in alike:
        for problem in file.problems:
            where = f"line {problem.line}" if problem.line else "first"
            name = f"{file.file}: " if len(alike) > 1 else ""
            yield f"    problem: {name}{problem.count:,} × {kind_words(problem.kind)} ({where}: {problem.reason})"


def _lacks(file: FileReport) -> Iterator[str]:
    """What a file has not; what it cannot have is one line, at the end."""
    missing = {lacks.field: lacks.cost for lacks in file.missing if lacks.cost}
    has_critic = not OF_CRITIC.isdisjoint(file.fields)
    unusable = {name for name, cost in missing.items() if cost.startswith(UNUSABLE)}
    one_by_one = set(missing) - ((set() if has_critic else OF_CRITIC) - unusable)
    of_tokens = [name for name in missing if name in (one_by_one & OF_TOKENS) - unusable]
    if TOKENS.name in missing and OF_TOKENS.isdisjoint(file.fields):
        one_by_one -= OF_TOKENS - unusable
    yield from (f"{name}: {cost}" for name, cost in missing.items() if name in one_by_one)
    if not one_by_one.intersection(of_tokens) and of_tokens:
        yield f"and no number for each token: {', '.join(of_tokens)}"
    if not has_critic:
        yield f"nor what only a training with a critic has (PPO): {', '.join(name for name in missing if name in OF_CRITIC - unusable)}"


def _settings(run: RunReport) -> str:
    if not run.config:
        return "none found (RolloutWriter(config=…), a config.json beside the rollouts, or [config] in an rlboard.toml)"
    shown = [f"{name} {value}" for name, value in list(run.config.items())[:_MAX_SETTINGS]]
    more = len(run.config) - len(shown)
    names = dict.fromkeys(source.partition(":")[0] for source in run.config_sources.values())
    sources = ", ".join(_SETTINGS_SOURCES.get(name, name) for name in names)
    return f"{', '.join(shown)}{f' and {more} more' if more else ''} (from {sources})"


def _bytes(number: int) -> str:
    for unit, size in (("GB", 1e9), ("MB", 1e6), ("kB", 1e3)):
        if number >= size:
            return f"{number / size:.1f} {unit}"
    return counted(number, "byte")
