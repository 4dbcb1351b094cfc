"""The runs: their files, how far they are indexed, and what is in them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import PurePath
from typing import TYPE_CHECKING

from tensorboard_plugin_rlboard import api
from tensorboard_plugin_rlboard.board.run_schema import run_schema, token_metric_info
from tensorboard_plugin_rlboard.board.runs.column_mapping import column_mapping
from tensorboard_plugin_rlboard.board.runs.metric_infos import sample_metric_infos
from tensorboard_plugin_rlboard.board.runs.name_notices import name_notices
from tensorboard_plugin_rlboard.board.runs.notices import (
    evaluation_notices,
    repeated_samples_notices,
    run_notices,
    same_samples_notices,
)
from tensorboard_plugin_rlboard.board.runs.run_table import run_state
from tensorboard_plugin_rlboard.board.runs.training import TensorBoardRuns, Training, Trainings
from tensorboard_plugin_rlboard.board.runs.unusable_fields import GROUP, ODD_GROUPS, unusable_fields
from tensorboard_plugin_rlboard.board.steps.step_index import RunSteps
from tensorboard_plugin_rlboard.index.registry import Registry
from tensorboard_plugin_rlboard.index.run import RunIndex
from tensorboard_plugin_rlboard.sources.addresses import printable_path

if TYPE_CHECKING:
    import duckdb

_MAX_IGNORED, _MAX_FOLDERS, _MAX_SETTINGS_PROBLEMS = 100, 100, 20


@dataclass(frozen=True)
class _Description:
    """A cached description of a run, one file of each of its folders, and the version and steps that it was made of."""

    version: int
    steps: RunSteps
    info: api.RunInfo
    paths: Sequence[str]


class RunList:
    """Answers /runs; what is in a run is described again only when it changes."""

    def __init__(
        self,
        registry: Registry,
        trainings: Trainings,
        run_steps: Callable[[RunIndex], RunSteps],
        last_mean: Callable[[RunIndex, str], float | None],
        findings: Callable[[RunIndex], Mapping[str, int] | None],
        cursor: Callable[[], duckdb.DuckDBPyConnection],
    ) -> None:
        """Describes nothing yet.

        Args:
            registry: the indexes.
            trainings: what belongs to a run beside its rollouts.
            run_steps: the steps of a run as of now.
            last_mean: a metric's mean at the newest step of a run, as far as its curves are computed.
            findings: how many findings of each severity a run has; None where it was not examined yet.
            cursor: makes a cursor of the query database.
        """
        self._registry = registry
        self._trainings = trainings
        self._run_steps = run_steps
        self._last_mean = last_mean
        self._findings = findings
        self._cursor = cursor
        self._descriptions: dict[str, _Description] = {}

    def runs(self, tensorboard_runs: TensorBoardRuns) -> api.Runs:
        """All runs, with what of TensorBoard's own runs belongs to them."""
        registry = self._registry
        infos = [
            self._info(run, self._trainings.of(run, tensorboard_runs))
            for _, run in sorted(registry.runs.items())
        ]
        for root in registry.roots:
            registry.settings.for_path(root.path)  # what is wrong there is said where there is no run, too
        of_runs = {notice.text for info in infos for notice in info.notices}
        ignored = sorted(registry.ignored.items())[:_MAX_IGNORED]
        return api.Runs(
            runs=infos,
            ignored=[api.IgnoredFile(file, reason) for file, reason in ignored],
            looked_in=[printable_path(root.path) for root in registry.roots],
            state="ready" if registry.is_scanned else "looking",
            message=registry.failure,
            settings_problems=[
                problem
                for problem in (*registry.flag_problems, *registry.settings.problems)
                if problem not in of_runs
            ][:_MAX_SETTINGS_PROBLEMS],
        )

    def _info(self, run: RunIndex, training: Training) -> api.RunInfo:
        """The description of a run with the fields that change all the time."""
        registry, description = self._registry, self._description(run)
        mistakes = self._settings_problems(description.paths)
        return replace(
            description.info,
            state=run_state(registry, run),
            message=registry.failure or run.message or next(iter(mistakes), ""),
            files=len(run.files),
            bytes=run.size,
            indexed_bytes=run.indexed_bytes,
            bytes_per_second=registry.speed(run),
            scalar_runs=training.pairing.runs,
            scalar_pairing=training.pairing.method,
            scalar_choices=training.choices,
            config=training.config.values,
            config_sources=training.config.sources,
            text_rules=api.TextRulesInfo(training.text.pad, training.text.system_end),
            notices=[
                *(api.Notice("settings", mistake) for mistake in mistakes),
                *description.info.notices,
                *same_samples_notices(run, registry),
                *evaluation_notices(run, registry),
                *repeated_samples_notices(run, registry),
            ],
            same_as=registry.duplicate_runs.get(run.name, ""),
            changed_at=max((file.state.mtime_ns / 1e9 for file in tuple(run.files.values())), default=None),
            last_reward=self._last_mean(run, "reward"),
            findings=self._findings(run),
        )

    def _description(self, run: RunIndex) -> _Description:
        version, steps = run.version, self._run_steps(run)
        last = self._descriptions.get(run.name)
        if last is None or last.version != version or last.steps is not steps:
            by_folder = {PurePath(file.path).parent: file.path for file in tuple(run.files.values())}
            paths = tuple(by_folder.values())[:_MAX_FOLDERS]
            info, unusable = _describe(run, steps, self._has_runs_below(run)), self._unusable(run)
            odd = [api.Notice(ODD_GROUPS, unusable[GROUP])] if GROUP in unusable else []
            info = replace(info, unusable=unusable, notices=(*info.notices, *odd))
            last = _Description(version, steps, info, paths)
            self._descriptions[run.name] = last
        return last

    def _has_runs_below(self, run: RunIndex) -> bool:
        """Whether an rlboard.toml that says the mapping of a run reaches other runs, where nobody has said it yet."""
        if all(file.format.mapping is None for file in tuple(run.files.values())):
            return False
        beginning = "" if run.name == "." else f"{run.name}/"
        return any(name.startswith(beginning) and name != run.name for name in tuple(self._registry.runs))

    def _unusable(self, run: RunIndex) -> Mapping[str, str]:
        return unusable_fields(self._cursor(), run) if run.problems else {}

    def _settings_problems(self, paths: Sequence[str]) -> Sequence[str]:
        """The problems of the rlboard.toml files that count for some files, one sentence each."""
        settings = self._registry.settings
        found = (problem for path in paths for problem in settings.for_file(path).problems)
        return tuple(dict.fromkeys(found))[:_MAX_SETTINGS_PROBLEMS]


@lru_cache(maxsize=64)
def _interned(metrics: tuple[api.MetricInfo, ...]) -> list[api.MetricInfo]:
    """The same list for every run that has these metrics; it is written as JSON once in an answer."""
    return list(metrics)


def _describe(run: RunIndex, steps: RunSteps, has_runs_below: bool) -> api.RunInfo:
    """The description of a run; fields that change without its rows have no value yet."""
    mapping, schema = column_mapping(run, has_runs_below=has_runs_below), run_schema(run)
    return api.RunInfo(
        run=run.name,
        formats=sorted({file.format.name for file in tuple(run.files.values())}),
        state="ready",
        message=run.message,
        files=len(run.files),
        bytes=run.size,
        indexed_bytes=run.indexed_bytes,
        bytes_per_second=0.0,
        samples=run.samples,
        steps=api.StepSpan(*steps.steps()),
        splits=steps.splits(),
        attempts=[api.AttemptInfo(*span) for span in steps.attempts()],
        metrics=_interned(tuple(sample_metric_infos(run, schema, steps.largest_group()))),
        token_metrics=_interned(
            tuple(token_metric_info(name, run.token_metrics) for name in schema.token_metrics)
        ),
        text_columns=schema.texts,
        problems=run.problems,
        scalar_runs=[],
        config={},
        mapping=mapping.columns,
        mapping_guessed=mapping.guessed,
        mapping_toml=mapping.toml,
        mapping_sources=mapping.sources,
        mapping_alternatives=mapping.alternatives,
        mapping_doubt=mapping.doubt,
        mapping_shape=mapping.shape,
        notices=(*run_notices(run, mapping), *name_notices(run)),
        joined=[
            api.Joined(join.what, join.source, join.matched, join.unmatched, join.columns)
            for join in (*run.joined, *run.annotated)
        ],
    )
