"""A few responses of each of some steps, drawn by lot, and what is measured of each: what detectors of texts look at."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from tensorboard_plugin_rlboard.findings.texts.characters import letter_counts
from tensorboard_plugin_rlboard.findings.texts.word_sequences import Hashes, sequences
from tensorboard_plugin_rlboard.metrics.segments import Floats, Ints


@dataclass(frozen=True, eq=False)
class StepTexts:
    """Some responses of one step.

    Attributes:
        step: its number.
        responses: the texts, cut.
        reward, valid_reward: of each, float64 [responses], NaN where there is none.
        letter_counts, prompt_letter_counts: letters of each script in the response and in its prompt, bad characters last; int64
            [responses, scripts + 1].
        repeated: share of the sequences of four words that each has had before, float64 [responses].
        sequences: those of all responses one after the other, uint64 [sequences]; each response has one once.
        response_of: index of the response of each sequence, int64 [sequences].
    """

    step: int
    responses: tuple[str, ...]
    reward: Floats
    valid_reward: Floats
    letter_counts: Ints
    prompt_letter_counts: Ints
    repeated: Floats
    sequences: Hashes
    response_of: Ints


def measure_texts(
    step: int, responses: Sequence[str], prompts: Sequence[str], reward: Floats, valid_reward: Floats
) -> StepTexts:
    """Measures some responses of a step; one without a prompt has an empty one."""
    own = sequences(responses)
    return StepTexts(
        step,
        tuple(responses),
        reward,
        valid_reward,
        letter_counts(responses),
        letter_counts(prompts),
        own.repeated,
        own.hashes,
        own.text_of,
    )
