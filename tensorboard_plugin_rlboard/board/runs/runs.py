"""The runs: their files, how far they are indexed, and what is in them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from tensorboard_plugin_rlboard.api import (
    AttemptInfo,
    IgnoredFile,
    Joined,
    RunInfo,
    Runs,
    StepSpan,
    TextRulesInfo,
)
from tensorboard_plugin_rlboard.board.run_schema import (
    metric_info,
    sample_metrics,
    text_columns,
    token_metrics,
)
from tensorboard_plugin_rlboard.board.runs.column_mapping import mapped
from tensorboard_plugin_rlboard.board.runs.training import Training
from tensorboard_plugin_rlboard.board.steps.step_index import Catalogue
from tensorboard_plugin_rlboard.index.registry import Registry
from tensorboard_plugin_rlboard.index.run import RunIndex
from tensorboard_plugin_rlboard.sources.addresses import printable

_MOST_IGNORED = 100


@dataclass(frozen=True)
class Described:
    """What is said of a run, and the version and steps that it is made of."""

    version: int
    steps: Catalogue
    info: RunInfo


def runs(
    registry: Registry,
    training: Callable[[RunIndex], Training],
    known: dict[str, Described],
    catalogue: Callable[[RunIndex], Catalogue],
) -> Runs:
    """Answers /runs.

    Args:
        registry: the indexes.
        training: what belongs to a run beside its rollouts.
        catalogue: the steps of a run.
        known: the last answer for each run, kept between calls and updated here.
    """
    found = []
    for name in sorted(registry.runs):
        run = registry.runs[name]
        version, steps = run.version, catalogue(run)
        if name not in known or known[name].version != version or known[name].steps is not steps:
            known[name] = Described(version, steps, _describe(run, steps))
        found.append(_now(registry, run, known[name].info, training(run)))
    ignored = sorted(registry.ignored.items())[:_MOST_IGNORED]
    return Runs(
        runs=found,
        ignored=[IgnoredFile(file, reason) for file, reason in ignored],
        looked_in=[printable(root.path) for root in registry.roots],
        state="ready" if registry.surveys else "looking",
        message=registry.failure,
    )


def _describe(run: RunIndex, steps: Catalogue) -> RunInfo:
    """What the table of a run holds; made again only when it changes."""
    columns = mapped(run)
    return RunInfo(
        run=run.name,
        formats=sorted({file.format.name for file in tuple(run.files.values())}),
        state="ready",
        message=run.message,
        files=len(run.files),
        bytes=run.size,
        indexed_bytes=run.indexed,
        bytes_per_second=0.0,
        samples=run.samples,
        steps=StepSpan(*steps.steps()),
        splits=steps.splits(),
        attempts=[AttemptInfo(*span) for span in steps.attempts()],
        metrics=[metric_info(run, name) for name in sample_metrics(run)],
        token_metrics=token_metrics(run),
        text_columns=text_columns(run),
        problems=run.problems,
        scalar_runs=[],
        config={},
        mapping=columns.words,
        mapping_guessed=columns.guessed,
        mapping_toml=columns.toml,
        joined=[Joined(one.what, one.source, one.matched, one.unmatched, one.columns) for one in run.joined],
    )


def _now(registry: Registry, run: RunIndex, described: RunInfo, training: Training) -> RunInfo:
    """The same with what changes from moment to moment."""
    return replace(
        described,
        state="failed" if registry.failure else "indexing" if run.pending else "ready",
        message=registry.failure or run.message or _settings_problem(registry, run),
        files=len(run.files),
        bytes=run.size,
        indexed_bytes=run.indexed,
        bytes_per_second=registry.speed(run),
        scalar_runs=training.pairing.runs,
        scalar_pairing=training.pairing.how,
        scalar_choices=training.choices,
        config=training.config.config,
        config_sources=training.config.sources,
        text_rules=TextRulesInfo(training.text.pad, training.text.system_end),
    )


def _settings_problem(registry: Registry, run: RunIndex) -> str:
    """What of a run's rlboard.toml does not count, the first such sentence; empty where all does."""
    first = next(iter(tuple(run.files.values())), None)
    return "" if first is None else next(iter(registry.settings.of(first.path).problems), "")
