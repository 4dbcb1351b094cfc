"""Every answer of the HTTP contract as a frozen dataclass. http_api.md describes them; the frontend decodes them.

Tables are columnar: one list for each field. None is a missing value; a float that is not finite is written as the
string "NaN", "Infinity" or "-Infinity".

A module is loaded when the first answer of its kind is made: to make these classes takes longer than many a question, and
an index makes no answer.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tensorboard_plugin_rlboard.api.prompts.compare import (
        ComparedPrompts,
        ComparedSide,
        Comparison,
        DifferenceCounts,
        Estimate,
    )
    from tensorboard_plugin_rlboard.api.prompts.groups import Group, GroupPhrase, Groups, GroupsLine
    from tensorboard_plugin_rlboard.api.prompts.prompts import (
        PassAtK,
        Prompt,
        PromptLine,
        Prompts,
        Rendering,
        Threshold,
    )
    from tensorboard_plugin_rlboard.api.runs.findings import (
        FindingEvidence,
        FindingInfo,
        Findings,
        FindingSymptom,
        FindingToken,
        NotChecked,
        PastFinding,
        ThresholdInfo,
    )
    from tensorboard_plugin_rlboard.api.runs.problems import ProblemColumns, ProblemKind, Problems
    from tensorboard_plugin_rlboard.api.runs.run_table import RunMetric, RunRow, RunTable
    from tensorboard_plugin_rlboard.api.runs.runs import (
        AttemptInfo,
        IgnoredFile,
        Joined,
        MetricInfo,
        Notice,
        RunInfo,
        Runs,
        StepSpan,
        TextRulesInfo,
    )
    from tensorboard_plugin_rlboard.api.runs.scalars import Scalars, ScalarSeries, ScalarTags
    from tensorboard_plugin_rlboard.api.samples.diff import Diff, DiffOpcodes, DiffSide
    from tensorboard_plugin_rlboard.api.samples.samples import (
        Message,
        Neighbours,
        ProblemInfo,
        PromptVisit,
        Sample,
        Samples,
        Text,
        ToolCall,
        TrimInfo,
    )
    from tensorboard_plugin_rlboard.api.samples.worst_tokens import WorstTokens
    from tensorboard_plugin_rlboard.api.steps.distribution import Density, Distribution
    from tensorboard_plugin_rlboard.api.steps.steps import Steps, StepsByValue, StepStatistics
    from tensorboard_plugin_rlboard.api.values import Number, Value

_MODULES = {
    "prompts.compare": ("ComparedPrompts", "ComparedSide", "Comparison", "DifferenceCounts", "Estimate"),
    "prompts.groups": ("Group", "GroupPhrase", "Groups", "GroupsLine"),
    "prompts.prompts": ("PassAtK", "Prompt", "PromptLine", "Prompts", "Rendering", "Threshold"),
    "runs.findings": (
        "FindingEvidence",
        "FindingInfo",
        "Findings",
        "FindingSymptom",
        "FindingToken",
        "NotChecked",
        "PastFinding",
        "ThresholdInfo",
    ),
    "runs.problems": ("ProblemColumns", "ProblemKind", "Problems"),
    "runs.run_table": ("RunMetric", "RunRow", "RunTable"),
    "runs.runs": (
        "AttemptInfo",
        "IgnoredFile",
        "Joined",
        "MetricInfo",
        "Notice",
        "RunInfo",
        "Runs",
        "StepSpan",
        "TextRulesInfo",
    ),
    "runs.scalars": ("Scalars", "ScalarSeries", "ScalarTags"),
    "samples.diff": ("Diff", "DiffOpcodes", "DiffSide"),
    "samples.samples": (
        "Message",
        "Neighbours",
        "ProblemInfo",
        "PromptVisit",
        "Sample",
        "Samples",
        "Text",
        "ToolCall",
        "TrimInfo",
    ),
    "samples.worst_tokens": ("WorstTokens",),
    "steps.distribution": ("Density", "Distribution"),
    "steps.steps": ("Steps", "StepsByValue", "StepStatistics"),
    "values": ("Number", "Value"),
}
"""Module -> the names of it that are ours."""

__all__ = [
    "AttemptInfo",
    "ComparedPrompts",
    "ComparedSide",
    "Comparison",
    "Density",
    "Diff",
    "DiffOpcodes",
    "DiffSide",
    "DifferenceCounts",
    "Distribution",
    "Estimate",
    "FindingEvidence",
    "FindingInfo",
    "FindingSymptom",
    "FindingToken",
    "Findings",
    "Group",
    "GroupPhrase",
    "Groups",
    "GroupsLine",
    "IgnoredFile",
    "Joined",
    "Message",
    "MetricInfo",
    "Neighbours",
    "NotChecked",
    "Notice",
    "Number",
    "PassAtK",
    "PastFinding",
    "ProblemColumns",
    "ProblemInfo",
    "ProblemKind",
    "Problems",
    "Prompt",
    "PromptLine",
    "PromptVisit",
    "Prompts",
    "Rendering",
    "RunInfo",
    "RunMetric",
    "RunRow",
    "RunTable",
    "Runs",
    "Sample",
    "Samples",
    "ScalarSeries",
    "ScalarTags",
    "Scalars",
    "StepSpan",
    "StepStatistics",
    "Steps",
    "StepsByValue",
    "Text",
    "TextRulesInfo",
    "Threshold",
    "ThresholdInfo",
    "ToolCall",
    "TrimInfo",
    "Value",
    "WorstTokens",
]

if not TYPE_CHECKING:  # which would take any name for one of ours

    def __getattr__(name: str) -> object:
        """A name of one of our modules, which is loaded."""
        for module, names in _MODULES.items():
            if name in names:
                found = globals()[name] = getattr(import_module(f"{__name__}.{module}"), name)
                return found
        raise AttributeError(name)
