"""The table of routes: a path, the reader of its arguments, and the method of the board that answers."""

from __future__ import annotations

import struct
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from tensorboard_plugin_rlboard import api
from tensorboard_plugin_rlboard.board.board import Board
from tensorboard_plugin_rlboard.board.samples.question import SampleQuestion, TokensQuestion
from tensorboard_plugin_rlboard.board.steps.question import StepsQuestion
from tensorboard_plugin_rlboard.web import json_answers, questions
from tensorboard_plugin_rlboard.web.arguments import Arguments


@dataclass(frozen=True)
class Route:
    """One route.

    Attributes:
        path: below data/plugin/rlboard.
        read: reads the question from the arguments.
        answer: the board's answer to that question: an answer of `api`, or bytes that are sent as they are.
        is_shared: whether it depends on nothing but the index and the question, so that it is right for everybody who asks
            the same before the revision changes.
    """

    path: str
    read: Callable[[Arguments], Any]
    answer: Callable[[Board, Any], object]
    is_shared: bool = True


def _steps(board: Board, question: StepsQuestion) -> api.Steps | api.StepsByValue:
    return board.steps_by_value(question) if question.by else board.steps(question)


def _tokens(board: Board, question_and_format: tuple[TokensQuestion, str]) -> object:
    question, answer_format = question_and_format
    return board.token_lists(question) if answer_format == "json" else board.tokens(question)[1]


def _sample_with_tokens(board: Board, question: SampleQuestion) -> bytes:
    """The answer of /sample, and behind it the rows of /tokens where the sample has tokens to lay them on."""
    answer = board.sample(question)
    rows = board.tokens(TokensQuestion(question.run, question.id))[1] if answer.response_tokens else b""
    text = json_answers.encode(answer)
    # Numbers that begin at a multiple of their size are read where they lie.
    text += b" " * (-len(text) % 4)
    return struct.pack("<I", len(text)) + text + rows


ROUTES = (
    Route("/steps", questions.read_steps, _steps),
    Route("/findings", questions.read_findings, Board.findings, is_shared=False),  # thresholds are settings
    Route("/samples", questions.read_samples, Board.samples),
    Route("/groups", questions.read_groups, Board.groups),
    Route("/group", questions.read_group, Board.group),
    Route("/sample", questions.read_sample, Board.sample),
    Route("/sample_with_tokens", questions.read_sample, _sample_with_tokens),
    Route("/tokens", questions.read_tokens, _tokens),
    Route("/diff", questions.read_diff, Board.diff),
    Route("/distribution", questions.read_distribution, Board.distribution),
    Route("/compare", questions.read_compare, Board.compare),
    Route("/worst_tokens", questions.read_worst_tokens, Board.worst_tokens),
    Route("/prompts", questions.read_prompts, lambda board, question: board.prompts.prompts(question)),
    Route("/prompt", questions.read_prompt, lambda board, question: board.prompts.prompt(question)),
    Route("/pass_at_k", questions.read_pass_at_k, lambda board, question: board.prompts.pass_at_k(question)),
    Route("/problems", questions.read_problems, Board.problems),
)
