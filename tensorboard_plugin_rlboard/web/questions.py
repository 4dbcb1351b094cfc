"""Reads the questions of the contract from the arguments of a request."""

from __future__ import annotations

from dataclasses import replace

from tensorboard_plugin_rlboard.board.compare.question import CompareQuestion
from tensorboard_plugin_rlboard.board.diff.question import DiffQuestion
from tensorboard_plugin_rlboard.board.distribution.question import DistributionQuestion
from tensorboard_plugin_rlboard.board.findings.question import FindingsQuestion
from tensorboard_plugin_rlboard.board.groups.question import GroupQuestion, GroupsQuestion
from tensorboard_plugin_rlboard.board.prompts.question import PassQuestion, PromptQuestion, PromptsQuestion
from tensorboard_plugin_rlboard.board.runs.question import ProblemsQuestion
from tensorboard_plugin_rlboard.board.samples.question import (
    SampleQuestion,
    SamplesQuestion,
    TokensQuestion,
)
from tensorboard_plugin_rlboard.board.selection import Selection
from tensorboard_plugin_rlboard.board.steps.question import StepsQuestion
from tensorboard_plugin_rlboard.board.tokens.question import WorstTokensQuestion
from tensorboard_plugin_rlboard.errors import ArgumentError
from tensorboard_plugin_rlboard.texts import TextRules
from tensorboard_plugin_rlboard.web.arguments import (
    Arguments,
    finite_number,
    flag,
    integer,
    integer_or,
    named_numbers,
    required,
    split_name,
    string,
    texts,
)


def read_selection(args: Arguments) -> Selection:
    """The common selection arguments."""
    return Selection(
        run=required(args, "run"),
        split=split_name(args, "split"),
        attempt=integer(args, "attempt"),
        step=integer(args, "step"),
        step_min=integer(args, "step_min"),
        step_max=integer(args, "step_max"),
        search=string(args, "search"),
        regex=flag(args, "regex"),
        within=texts(args, "in"),
        prompt_key=string(args, "prompt_key") or None,
        group=string(args, "group") or None,
        where=string(args, "where").strip(),
    )


def read_compare(args: Arguments) -> CompareQuestion:
    """The question of /compare: what B is beside A begins with `against_`; both are searched and filtered alike."""
    a = read_selection(args)
    b = replace(
        a,
        run=string(args, "against_run") or a.run,
        split=split_name(args, "against_split") or a.split,
        attempt=integer(args, "against_attempt"),
        step=integer(args, "against_step"),
        step_min=integer(args, "against_step_min"),
        step_max=integer(args, "against_step_max"),
    )
    return CompareQuestion(
        a=a,
        b=b,
        metric=string(args, "metric", "reward"),
        sort=string(args, "sort", "change"),
        bins=integer_or(args, "bins", 40),
        seed=integer_or(args, "seed", 0),
        offset=integer_or(args, "offset", 0),
        limit=integer_or(args, "limit", 20),
        text_rules=read_text_rules(args),
    )


def read_text_rules(args: Arguments) -> TextRules:
    """The run's display settings."""
    return TextRules(tuple(pad for pad in texts(args, "pad") if pad), string(args, "system_end"))


def read_steps(args: Arguments) -> StepsQuestion:
    """The question of /steps."""
    return StepsQuestion(read_selection(args), texts(args, "metrics") or None, string(args, "by"))


def read_findings(args: Arguments) -> FindingsQuestion:
    """The question of /findings."""
    return FindingsQuestion(read_selection(args), named_numbers(args, "threshold"))


def read_samples(args: Arguments) -> SamplesQuestion:
    """The question of /samples."""
    return SamplesQuestion(
        selection=read_selection(args),
        text_rules=read_text_rules(args),
        columns=texts(args, "columns") or None,
        sort=string(args, "sort"),
        order=string(args, "order", "asc"),
        preset=string(args, "preset"),
        seed=integer_or(args, "seed", 0),
        offset=integer_or(args, "offset", 0),
        limit=integer_or(args, "limit", 50),
    )


def read_groups(args: Arguments) -> GroupsQuestion:
    """The question of /groups."""
    return GroupsQuestion(
        selection=read_selection(args),
        text_rules=read_text_rules(args),
        kinds=texts(args, "kinds"),
        by=string(args, "by"),
        value=string(args, "value") if args.get("value") is not None else None,
        sort=string(args, "sort", "weight"),
        order=string(args, "order"),
        offset=integer_or(args, "offset", 0),
        limit=integer_or(args, "limit", 50),
    )


def read_group(args: Arguments) -> GroupQuestion:
    """The question of /group."""
    return GroupQuestion(read_selection(args), read_text_rules(args), integer_or(args, "limit", 16))


def read_sample(args: Arguments) -> SampleQuestion:
    """The question of /sample."""
    return SampleQuestion(required(args, "run"), required(args, "id"), read_text_rules(args))


def read_tokens(args: Arguments) -> tuple[TokensQuestion, str]:
    """The question of /tokens, and the format of its answer: `binary` or `json`."""
    question = TokensQuestion(required(args, "run"), required(args, "id"))
    answer_format = string(args, "format", "binary")
    if answer_format not in {"binary", "json"}:
        raise ArgumentError(f"format={answer_format} is not known: it takes binary or json.")
    return question, answer_format


def read_diff(args: Arguments) -> DiffQuestion:
    """The question of /diff."""
    return DiffQuestion(
        run=required(args, "run"),
        id=required(args, "id"),
        against_run=string(args, "against_run"),
        against_id=string(args, "against_id"),
        against=string(args, "against"),
        unit=string(args, "unit"),
        metric=string(args, "metric"),
        text_rules=read_text_rules(args),
    )


def read_distribution(args: Arguments) -> DistributionQuestion:
    """The question of /distribution."""
    return DistributionQuestion(
        selection=read_selection(args),
        metric=string(args, "metric", "reward"),
        bins=integer_or(args, "bins", 40),
        lo=finite_number(args, "lo"),
        hi=finite_number(args, "hi"),
        against=string(args, "against"),
    )


def read_worst_tokens(args: Arguments) -> WorstTokensQuestion:
    """The question of /worst_tokens."""
    return WorstTokensQuestion(
        selection=read_selection(args),
        metric=string(args, "metric"),
        by=string(args, "by", "sample"),
        end=string(args, "end"),
        limit=integer_or(args, "limit", 50),
        per_sample=integer_or(args, "per_sample", 0),
        text_rules=read_text_rules(args),
    )


def read_prompts(args: Arguments) -> PromptsQuestion:
    """The question of /prompts."""
    return PromptsQuestion(
        selection=read_selection(args),
        text_rules=read_text_rules(args),
        threshold=finite_number(args, "threshold"),
        status=string(args, "status"),
        by=string(args, "by") if args.get("by") is not None else None,
        kind=string(args, "kind") if args.get("kind") is not None else None,
        sort=string(args, "sort"),
        order=string(args, "order"),
        offset=integer_or(args, "offset", 0),
        limit=integer_or(args, "limit", 50),
    )


def read_prompt(args: Arguments) -> PromptQuestion:
    """The question of /prompt."""
    return PromptQuestion(read_selection(args), read_text_rules(args), finite_number(args, "threshold"))


def read_pass_at_k(args: Arguments) -> PassQuestion:
    """The question of /pass_at_k."""
    return PassQuestion(read_selection(args), finite_number(args, "threshold"))


def read_problems(args: Arguments) -> ProblemsQuestion:
    """The question of /problems."""
    return ProblemsQuestion(
        required(args, "run"),
        integer_or(args, "offset", 0),
        integer_or(args, "limit", 50),
        string(args, "kind"),
    )
