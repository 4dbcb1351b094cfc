"""A sample that shows a finding: the end of its prompt, and the tokens around the place, quoted so that they can be checked."""

from __future__ import annotations

from collections.abc import Sequence

from tensorboard_plugin_rlboard.api import FindingInfo, MetricInfo, Sample
from tensorboard_plugin_rlboard.board.board import Board
from tensorboard_plugin_rlboard.board.samples.question import SampleQuestion, TokensQuestion
from tensorboard_plugin_rlboard.errors import UnknownError
from tensorboard_plugin_rlboard.report.colour_scale import robust_scale
from tensorboard_plugin_rlboard.report.document import Example, Passage, Quotation
from tensorboard_plugin_rlboard.report.links import Links

PROMPT_CHARACTERS = 600
"""Characters of a prompt's end at most: the question stands there."""
TOKENS_EACH_SIDE, CHARACTERS_EACH_SIDE = 60, 1200
"""On either side of the token that shows it, at most; from the start twice as many where the whole response does."""


def example(board: Board, finding: FindingInfo, name: str, place: int, links: Links) -> Example:
    """A sample of a finding.

    Args:
        board: answers about the logs.
        finding: with its samples and tokens.
        name: of the finding in addresses.
        place: which of its samples.
        links: addresses of its run.
    """
    sample_id, step = finding.samples[place], finding.sample_steps[place]
    at = next((token.position for token in finding.tokens if token.id == sample_id), None)
    address = links.to_sample(finding, name, sample_id, step, at)
    try:
        sample = board.sample(SampleQuestion(links.run, sample_id))
        rows = board.token_lists(TokensQuestion(links.run, sample_id))
    except UnknownError as error:  # rewritten meanwhile
        return Example(sample_id, step, None, address, problem=str(error))
    reward = sample.scalars.get("reward")
    prompt = sample.texts["prompt"].shown if "prompt" in sample.texts else ""
    response, passage = _response(sample, rows, finding.evidence.token_metric, at)
    before = max(0, len(prompt) - PROMPT_CHARACTERS)
    return Example(
        id=sample_id,
        step=sample.step,
        reward=reward if isinstance(reward, (int, float)) else None,
        address=address,
        prompt=_quotation(sample, "prompt", before, prompt[before:]) if prompt else None,
        prompt_before=before,
        response=response,
        passage=passage,
    )


def _quotation(sample: Sample, place: str, position: int, quote: str) -> Quotation:
    return Quotation(sample.run, sample.id, sample.step, place, position, quote)


def _response(
    sample: Sample, rows: dict[str, list[float | None]], metric: str, at: int | None
) -> tuple[Quotation | None, Passage | None]:
    """What is quoted of the response, as one text and by its tokens."""
    tokens = sample.response_tokens
    if not tokens:
        text = sample.texts["response"].shown if "response" in sample.texts else ""
        if not text:
            return None, None
        quote = text[: 2 * CHARACTERS_EACH_SIDE]
        passage = Passage([quote], [None], None, None, None, 0, len(text) - len(quote), "characters")
        return _quotation(sample, "response", 0, quote), passage
    at = at if at is not None and at < len(tokens) else None
    first, last = window(tokens, at)
    shown = list(tokens[first:last])
    if len(shown) == 1:
        shown[0] = shown[0][: 2 * CHARACTERS_EACH_SIDE]
    info: MetricInfo | None = next((one for one in sample.token_metrics if one.name == metric), None)
    row = rows.get(metric) if info else None
    passage = Passage(
        tokens=shown,
        values=row[first:last] if row else [None] * len(shown),
        metric=info if row else None,
        scale=robust_scale(row, info.kind) if row and info else None,
        shown_at=None if at is None else at - first,
        before=first,
        after=len(tokens) - last,
        unit="tokens",
    )
    return _quotation(sample, "tokens", first, "".join(shown)), passage


def window(tokens: Sequence[str], at: int | None) -> tuple[int, int]:
    """Which tokens are quoted, [first, last): at least one, and at most `TOKENS_EACH_SIDE` and `CHARACTERS_EACH_SIDE` on either side of a place.

    Args:
        tokens: all of the response, at least one.
        at: the token that shows it; None for the start of the response.
    """
    if at is None:
        return 0, max(1, _fitting(tokens[: 2 * TOKENS_EACH_SIDE], 2 * CHARACTERS_EACH_SIDE))
    before = _fitting(tokens[max(0, at - TOKENS_EACH_SIDE) : at][::-1], CHARACTERS_EACH_SIDE)
    return at - before, at + 1 + _fitting(tokens[at + 1 : at + 1 + TOKENS_EACH_SIDE], CHARACTERS_EACH_SIDE)


def _fitting(tokens: Sequence[str], characters: int) -> int:
    """How many tokens from the first on have so many characters together at most."""
    room = characters
    for count, token in enumerate(tokens):
        room -= len(token)
        if room < 0:
            return count
    return len(tokens)
