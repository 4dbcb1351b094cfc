"""What a report says: one structure, of which the page, the Markdown and the JSON are three spellings."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from tensorboard_plugin_rlboard.api import FindingInfo, FindingSymptom, MetricInfo, NotChecked, PastFinding
from tensorboard_plugin_rlboard.api.values import Number, Value
from tensorboard_plugin_rlboard.report.colour_scale import Scale


@dataclass(frozen=True)
class Quotation:
    """Words of a sample, with the place where they stand in the log: whoever has the logs can check them.

    Attributes:
        run: name of the run.
        id: of the sample.
        step: of the sample.
        place: `tokens` (of the response), `response` or `prompt`.
        position: where the quote begins: the position of a token, from 0; of a text the character.
        quote: the words.
    """

    run: str
    id: str
    step: int
    place: str
    position: int
    quote: str


@dataclass(frozen=True)
class Passage:
    """The tokens around the place of a response that shows a finding.

    Attributes:
        tokens: their texts; together they are the quote.
        values: of the token metric at each; None where it has none there.
        metric: the token metric that colours them; None where none does.
        scale: from numbers to colours, made of the whole response; None where there is none.
        shown_at: which of `tokens` shows the finding; None where the whole response does.
        before, after: how many tokens (characters, where there are no tokens) of the response are left out.
        unit: `tokens` or `characters`: what those count.
    """

    tokens: Sequence[str]
    values: Sequence[float | None]
    metric: MetricInfo | None
    scale: Scale | None
    shown_at: int | None
    before: int
    after: int
    unit: str


@dataclass(frozen=True)
class Example:
    """A sample that shows a finding.

    Attributes:
        id: of the sample.
        step: of the sample.
        reward: None where it has none.
        address: where the tab shows it.
        prompt: its end; None where the sample has none.
        prompt_before: characters of the prompt that are left out before.
        response: what is quoted of the response; None where it is empty.
        passage: the same, token by token.
        problem: why the sample cannot be shown; empty where it is.
    """

    id: str
    step: int
    reward: Number
    address: str
    prompt: Quotation | None = None
    prompt_before: int = 0
    response: Quotation | None = None
    passage: Passage | None = None
    problem: str = ""


@dataclass(frozen=True)
class Curve:
    """The metric that a finding names, over the steps.

    Attributes:
        metric: its name.
        statistic: over the samples of a step; empty for a step metric.
        unit: of its values.
        step: the steps that are drawn.
        value: of each step; None where there is none.
        of_steps: how many steps the run has: of many, the lowest and the highest of neighbours are drawn.
        threshold: as high as the curve counts it; None where the threshold is in another unit than the curve.
        address: where the tab shows it.
    """

    metric: str
    statistic: str
    unit: str
    step: Sequence[int]
    value: Sequence[Number]
    of_steps: int
    threshold: float | None
    address: str


@dataclass(frozen=True)
class ReportedSymptom(FindingSymptom):
    """What follows from the same cause, as /findings says it, and where the tab lists its samples."""

    address: str


@dataclass(frozen=True)
class ReportedFinding(FindingInfo):
    """One thing that looks wrong: all that /findings says of it, with its curve and some of its samples.

    Attributes:
        name: its name in addresses of the tab.
        address, onset_address: where the tab shows it, and its first step.
        curve: of its metric; None where that has none.
        examples: the first of its samples.
        symptoms: what follows from it.
    """

    name: str
    address: str
    onset_address: str
    curve: Curve | None
    examples: Sequence[Example]
    symptoms: Sequence[ReportedSymptom]


@dataclass(frozen=True)
class ReportedRun:
    """A run.

    Attributes:
        run: its name.
        address: where the tab shows it.
        split: the split that was looked at.
        steps: the first and the last step; None where there is none.
        n_steps, n_samples: how much was looked at.
        formats: of its files.
        problems: lines and values that could not be used.
        notices: what a reader should know before believing its numbers.
        config, config_sources: settings of the training, and where each was read.
        config_left_out: settings that are not in it, because there are so many.
        findings: the worst first.
        findings_left_out: how many of the mildest are not in it.
        checked: kinds that were looked for.
        not_checked: kinds that could not be, and what each needs.
        past: what was found and is no more.
        thresholds: those that are set otherwise than usual: name -> value.
    """

    run: str
    address: str
    split: str
    steps: tuple[int, int] | None
    n_steps: int
    n_samples: int
    formats: Sequence[str]
    problems: int
    notices: Sequence[str]
    config: Mapping[str, Value]
    config_sources: Mapping[str, str]
    config_left_out: int
    findings: Sequence[ReportedFinding]
    findings_left_out: int
    checked: Sequence[str]
    not_checked: Sequence[NotChecked]
    past: Sequence[PastFinding]
    thresholds: Mapping[str, float]


NOT_ALL = "Not all of it was read when this was made."
NO_SAMPLES = "Nothing in it became a sample; `rlboard doctor` says why."


@dataclass(frozen=True)
class NotRead:
    """What was there and is not, or not whole, in the report.

    Attributes:
        name: a path, or the name of a run.
        reason: one sentence.
    """

    name: str
    reason: str


@dataclass(frozen=True)
class Report:
    """A report.

    Attributes:
        rlboard_report: version of this structure.
        version: of RL Board.
        made: when, in UTC, as ISO 8601 writes it.
        logs: what was looked at, as it was named.
        tab: address of the TensorBoard that links lead to.
        runs: those with an error first, then those with a warning.
        runs_left_out: names of runs that are not in it, because there are so many.
        not_read: files, folders and runs that could not be read whole: what is wrong in them is not in it.
        not_read_left_out: how many of those are not named.
        settings_problems: what does not count of the user's settings.
        ignored: how many files were left out because they are no rollout logs.
    """

    rlboard_report: int
    version: str
    made: str
    logs: str
    tab: str
    runs: Sequence[ReportedRun]
    runs_left_out: Sequence[str]
    not_read: Sequence[NotRead]
    not_read_left_out: int
    settings_problems: Sequence[str]
    ignored: int

    @property
    def is_whole(self) -> bool:
        """Whether everything that was there is in it, read as its user wants it."""
        return not self.not_read and not self.settings_problems
