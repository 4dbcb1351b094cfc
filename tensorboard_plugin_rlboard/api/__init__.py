"""Every answer of the HTTP contract as a frozen dataclass. http_api.md describes them; the frontend decodes them.

Tables are columnar: one list for each field. None is a missing value; a float that is not finite is written as the
string "NaN", "Infinity" or "-Infinity".
"""

from __future__ import annotations

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
