"""Arguments of a request become questions; what is absent has the question's own default."""

from __future__ import annotations

import pytest
from werkzeug.datastructures import MultiDict

from tensorboard_plugin_rlboard.board.compare.question import CompareQuestion
from tensorboard_plugin_rlboard.board.distribution.question import DistributionQuestion
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
from tensorboard_plugin_rlboard.web import questions
from tensorboard_plugin_rlboard.web.arguments import Arguments
from tensorboard_plugin_rlboard.web.routes import ROUTES

HERE = Selection(".")


def args(*pairs: tuple[str, str]) -> Arguments:
    return MultiDict([("run", "."), *pairs])


def test_absent_arguments_have_the_defaults_of_the_question() -> None:
    assert questions.read_steps(args()) == StepsQuestion(HERE)
    assert questions.read_samples(args()) == SamplesQuestion(HERE)
    assert questions.read_sample(args(("id", "x"))) == SampleQuestion(".", "x")
    assert questions.read_tokens(args(("id", "x"))) == (TokensQuestion(".", "x"), "binary")
    assert questions.read_distribution(args()) == DistributionQuestion(HERE)
    assert questions.read_worst_tokens(args()) == WorstTokensQuestion(HERE)
    assert questions.read_compare(args()) == CompareQuestion(HERE, HERE)
    assert questions.read_problems(args()) == ProblemsQuestion(".")


def test_every_argument_is_read() -> None:
    page = (("columns", "reward"), ("columns", "prompt"), ("sort", "reward"), ("order", "desc"))
    window = (("preset", "random"), ("seed", "7"), ("offset", "100"), ("limit", "5"), ("pad", "~"))
    assert questions.read_samples(args(*page, *window)) == SamplesQuestion(
        HERE, TextRules(("~",)), ("reward", "prompt"), "reward", "desc", "random", 7, 100, 5
    )
    bounds = (("metric", "n_tokens"), ("bins", "3"), ("lo", "-1"), ("hi", "2.5"), ("against", "step:4"))
    assert questions.read_distribution(args(*bounds)) == DistributionQuestion(
        HERE, "n_tokens", 3, -1.0, 2.5, "step:4"
    )
    worst = (("metric", "k3"), ("by", "token"), ("end", "lowest"), ("limit", "9"), ("per_sample", "2"))
    rules = (("pad", "~"), ("system_end", "|"))
    assert questions.read_worst_tokens(args(*worst, *rules)) == WorstTokensQuestion(
        HERE, "k3", "token", "lowest", 9, 2, TextRules(("~",), "|")
    )
    assert questions.read_problems(args(("offset", "3"), ("limit", "4"))) == ProblemsQuestion(".", 3, 4)
    assert questions.read_steps(args(("metrics", "reward"))) == StepsQuestion(HERE, ("reward",))


def test_both_sides_of_a_comparison_are_read() -> None:
    one = (("split", "train"), ("step", "9"), ("where", "reward > 0"))
    other = (
        ("against_run", "b"),
        ("against_step_min", "2"),
        ("against_step_max", "4"),
        ("against_attempt", "1"),
    )
    further = (
        ("metric", "k3_mean"),
        ("sort", "b"),
        ("bins", "6"),
        ("seed", "3"),
        ("offset", "5"),
        ("limit", "7"),
    )
    assert questions.read_compare(args(*one, *other, *further)) == CompareQuestion(
        Selection(".", "train", step=9, where="reward > 0"),
        Selection("b", "train", 1, step_min=2, step_max=4, where="reward > 0"),
        *("k3_mean", "b", 6, 3, 5, 7),
    )
    assert questions.read_compare(args(("against_split", "eval"))).b == Selection(".", "eval")
    with pytest.raises(ArgumentError, match="against_split=x is not known"):
        questions.read_compare(args(("against_split", "x")))


def test_a_format_that_there_is_not() -> None:
    with pytest.raises(ArgumentError, match="binary or json"):
        questions.read_tokens(args(("id", "x"), ("format", "xml")))


def test_questions_can_be_keys() -> None:
    """Caches keep answers by route and question: two routes may have the same question."""
    pairs = (("id", "x"), ("columns", "reward"), ("metrics", "reward"))
    assert len({(route.path, route.read(args(*pairs))) for route in ROUTES}) == len(ROUTES)
    assert len({hash(route.read(args(*pairs))) for route in ROUTES}) == len(ROUTES) - 1
