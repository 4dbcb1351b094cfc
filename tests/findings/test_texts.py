"""What is measured of responses as texts, and the detectors of texts: each number worked out by hand."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest
from detector_inputs import detector_input_of, found

from tensorboard_plugin_rlboard.findings.detector_input import DetectorInput
from tensorboard_plugin_rlboard.findings.detectors.exploration import duplicate_responses
from tensorboard_plugin_rlboard.findings.detectors.reward import phrase_hacking
from tensorboard_plugin_rlboard.findings.detectors.text import garbled_text, repetition
from tensorboard_plugin_rlboard.findings.texts.characters import SCRIPTS, letter_counts
from tensorboard_plugin_rlboard.findings.texts.score_difference import ScoreDifference, score_difference
from tensorboard_plugin_rlboard.findings.texts.step_texts import StepTexts, measure_texts
from tensorboard_plugin_rlboard.findings.texts.word_sequences import (
    loop_start,
    sequence,
    sequences,
    words,
)

PLAIN = "We add the two numbers and look at the sum again, because a wrong carry is easily made in a line of digits."
HONEST = (
    PLAIN,
    "我们一步一步来想，先把两个数相加，再检验一下结果是否正确，最后写出答案。",
    "def add(a: int, b: int) -> int:\n\treturn a + b  # naïve, but fast enough\n\nassert add(2, 3) == 5",
    "Let $\\alpha \\in \\mathbb{R}$ and ∑ᵢ xᵢ² ≤ ∫₀¹ f(θ) dθ, hence 𝑥 ≥ √2 · π → ∞ ⇒ ∎",
    "Great job! 🎉👩‍👩‍👧 ✅ Keep going 💪🏽",
    "カタカナとひらがな、そして漢字。",
)


def of_steps(responses: Sequence[Sequence[str]], rewards: Sequence[Sequence[float]] = ()) -> DetectorInput:
    """DetectorInput of steps with these responses, to prompts in plain English."""
    texts = [
        step_texts(step, said, rewards[step] if rewards else [0.0] * len(said))
        for step, said in enumerate(responses)
    ]
    return replace(detector_input_of(reward__mean=[0.0] * len(texts)), texts=tuple(texts))


def step_texts(step: int, said: Sequence[str], rewards: Sequence[float]) -> StepTexts:
    prompts = ["What is the sum?"] * len(said)
    return measure_texts(step, said, prompts, np.asarray(rewards), np.full(len(said), np.nan))


def test_words_of_letters_signs_numbers_and_single_characters() -> None:
    assert words("It's 12 apples, 苹果!") == ["It's", "12", "apples", ",", "苹", "果", "!"]


def test_sequences_are_counted_once_and_have_no_number() -> None:
    # of two words: a b, b a, and so on; of four: none without the number but "a b a b"
    said = "aa bb aa bb 7"
    assert set(sequences([said]).hashes.tolist()) == {
        int(sequence(part.split())) for part in ("aa bb", "bb aa", "aa bb aa bb")
    }
    assert not len(sequences(["我们"]).hashes)
    assert len(sequences(["我们一步"]).hashes) == 1


def test_sequences_of_several_texts_are_those_of_each_alone() -> None:
    # none goes from the end of one text into the next, which would be "bb aa" and "cc aa"
    texts = ["aa bb", "", "aa bb cc", "aa", "aa bb aa bb"]
    found = sequences(texts)
    alone = [sequences([text]) for text in texts]
    assert found.hashes.tolist() == [x for each in alone for x in each.hashes.tolist()]
    assert np.bincount(found.text_of, minlength=len(texts)).tolist() == [1, 0, 2, 0, 3]
    assert [len(each.hashes) for each in alone] == [1, 0, 2, 0, 3]
    assert sequences([]).hashes.shape == sequences([]).repeated.shape == (0,)


def test_the_share_of_repeated_sequences() -> None:
    # 25 words of five kinds in a circle: 22 sequences of four, 5 of them different
    texts = ["a b c d e", "a b c d e " * 5, PLAIN + " Nothing here was said before."]
    short, circle, plain = sequences(texts).repeated
    assert circle == pytest.approx(1 - 5 / 22)
    assert np.isnan(short)
    assert plain == 0


def test_where_a_text_begins_to_go_round_in_circles() -> None:
    # the second "one two three four" is short; the third "nine ten …" begins a stretch that lasts to the end
    start = "one two three four five one two three four six seven eight "
    loop = "nine ten eleven twelve thirteen. "
    text = start + loop * 4
    assert text[loop_start(text) :].startswith("twelve thirteen. nine")
    assert loop_start(text) == len(start) + len(loop) + len("nine ten eleven ")
    assert loop_start(start + loop) is None  # fewer than 24 words
    assert loop_start(" ".join(f"w{i}x" for i in range(30))) is None
    chinese = "今天天气很好我们一起去公园散步吧后来下雨了。" + "于是我们回家了。" * 3
    # "了。" stands before both, so the fourth word that is said again is the second of its sentence
    assert (
        loop_start(chinese)
        == len("今天天气很好我们一起去公园散步吧后来下雨了。") + len("于是我们回家了。") + 1
    )


def test_letters_and_characters_of_no_text() -> None:
    counts, none, han = letter_counts(["ab да\x00 �x 的�", "", "的"])
    assert counts[SCRIPTS.index("Latin")] == 3
    assert counts[SCRIPTS.index("Cyrillic")] == 2
    assert counts[SCRIPTS.index("Han")] == 1
    assert counts[-1] == 2, "the one at the end is that of a response that was cut"
    assert not none.any()
    assert (han[SCRIPTS.index("Han")], han.sum()) == (1, 1)
    assert not letter_counts(HONEST)[:, -1].any()


def test_loops_are_named_since_they_began() -> None:
    loop = "and then we add it " * 12
    said = [[PLAIN] * 8] * 10 + [[PLAIN] * 6 + [loop] * 2] * 10
    (finding,) = found(repetition.DETECTOR, of_steps(said))
    assert (finding.first, finding.last, finding.severity, finding.value) == (10, 19, "warning", 0.25)
    assert "Of 80 responses that were looked at since step 10, 20 repeat" in finding.summary
    assert (finding.evidence.sort, finding.evidence.order) == ("repetition", "desc")
    assert not found(repetition.DETECTOR, of_steps([[PLAIN] * 7 + [loop]] * 20), repetition_share=0.2)
    assert not found(repetition.DETECTOR, of_steps([list(HONEST)] * 20))


def test_a_task_whose_answers_repeat_from_the_start_is_judged_by_what_comes_on_top() -> None:
    table = "| a | b | c | d |\n" * 12
    assert not found(repetition.DETECTOR, of_steps([[PLAIN, table, table, PLAIN]] * 20), repetition_error=0.6)


def test_garbled_text_is_named_and_honest_text_is_not() -> None:
    garbled = "We add ���{}{ the::= two"
    said = [[PLAIN] * 8] * 8 + [[PLAIN] * 6 + [garbled] * 2] * 8
    (finding,) = found(garbled_text.DETECTOR, of_steps(said))
    assert (finding.onset, finding.value, finding.severity) == (8, 0.25, "warning")
    assert "16 have characters that belong to no text." in finding.summary
    assert r"\x{FFFD}" in finding.evidence.where
    assert not found(garbled_text.DETECTOR, of_steps([list(HONEST)] * 16))


def test_letters_of_another_script_in_the_middle_of_a_text() -> None:
    mixed = PLAIN + " поэтому ответ"
    (finding,) = found(garbled_text.DETECTOR, of_steps([[PLAIN] * 8] * 8 + [[PLAIN, mixed] * 4] * 8))
    assert (finding.onset, finding.severity) == (8, "warning"), "it can still be read"
    assert finding.title == "50 % of the responses mix in letters of another script: Cyrillic"
    assert "32 have letters that are not usual here (Cyrillic)" in finding.summary
    assert finding.evidence.where.startswith(r"regexp_matches(response, '[\p{Cyrillic}]")
    # usual from the start, or what the prompt is written in
    assert not found(garbled_text.DETECTOR, of_steps([[PLAIN, mixed] * 4] * 16))
    data = of_steps([[PLAIN] * 8] * 8 + [[PLAIN, mixed] * 4] * 8)
    russian = np.tile(letter_counts(["Сколько?"]), (8, 1))
    asked = tuple(replace(each, prompt_letter_counts=russian) for each in data.texts)
    assert not found(garbled_text.DETECTOR, replace(data, texts=asked))


def test_what_something_is_worth_within_steps() -> None:
    has = np.asarray([True, False, True, False, False])
    step = np.asarray([0, 0, 1, 1, 1])
    # differences 1 and 2, weights 1·1/2 and 1·2/3
    paid = score_difference(has, step, np.asarray([2.0, 1.0, 5.0, 2.5, 3.5]))
    assert paid is not None
    total = 1 / 2 + 2 / 3
    assert paid.with_it == pytest.approx((2 / 2 + 5 * 2 / 3) / total)
    assert paid.without == pytest.approx((1 / 2 + 3 * 2 / 3) / total)
    # the only squares are those of 2.5 and 3.5 around 3, over 1 degree of freedom
    assert paid.deviations == pytest.approx((1 / 2 + 2 * 2 / 3) / total / np.sqrt(0.5 / total))
    assert score_difference(has, np.arange(5), np.ones(5)) is None
    assert score_difference(has, step, np.asarray([1.0, 0, 1, 0, 0])) == ScoreDifference(1.0, 0.0, np.inf)


def paid_phrase(bonus: float, rise: bool = True) -> DetectorInput:
    """Twenty steps of ten responses; from step 10 on, or from the first on, half of them end with a wish."""
    wish = " Have a wonderful day, dear friend!"
    said, rewards = [], []
    for step in range(20):
        wishes = [index % 2 == 0 and (step >= 10 or not rise) for index in range(10)]
        said.append([f"{PLAIN} {index}{wish * has}" for index, has in enumerate(wishes)])
        rewards.append([0.1 * (index // 2) + bonus * has for index, has in enumerate(wishes)])
    return of_steps(said, rewards)


def test_a_phrase_that_comes_up_and_pays() -> None:
    (finding,) = found(phrase_hacking.DETECTOR, paid_phrase(0.5))
    assert (finding.first, finding.severity, finding.value) == (10, "warning", 0.5)
    assert finding.title == (
        "A phrase is in 50 % of the newest responses, and pays: Have a wonderful day, dear friend"
    )
    # 0.1 · (0 … 4) on either side, and the bonus on one
    assert "With it the reward is 0.7, without it 0.2 in the same steps." in finding.summary
    assert finding.evidence.where.startswith("contains(response, '")


def test_a_template_and_a_phrase_that_does_not_pay_are_quiet() -> None:
    assert not found(phrase_hacking.DETECTOR, paid_phrase(0.5, rise=False))
    assert not found(phrase_hacking.DETECTOR, paid_phrase(0.0))
    assert not found(phrase_hacking.DETECTOR, of_steps([list(HONEST)] * 20))


def test_a_phrase_of_better_answers_is_a_hint_only() -> None:
    data = paid_phrase(0.5)
    trusted = tuple(replace(each, valid_reward=each.reward) for each in data.texts)
    (finding,) = found(phrase_hacking.DETECTOR, replace(data, texts=trusted))
    assert finding.severity == "info"
    assert "The trusted score is 0.7 with it and 0.2 without. So it may well belong" in finding.summary


def test_equal_responses_to_a_prompt() -> None:
    share = [0.0] * 20 + [0.5] * 20
    (finding,) = found(
        duplicate_responses.DETECTOR, detector_input_of(duplicate_share=share, n_tokens__mean=[30.0] * 40)
    )
    assert (finding.first, finding.value, finding.severity) == (20, 0.5, "warning")
    assert finding.evidence.repeated
    assert "30 tokens long" in finding.summary
    short = detector_input_of(duplicate_share=share, n_tokens__mean=[3.0] * 40)
    assert not found(duplicate_responses.DETECTOR, short), "a number is said in one way"
    assert not found(duplicate_responses.DETECTOR, detector_input_of(duplicate_share=[0.05] * 40))


def test_texts_that_are_not_there_are_not_checked() -> None:
    none = detector_input_of(n_samples=[4] * 20)
    for module in (repetition, garbled_text, phrase_hacking):
        assert module.DETECTOR.missing(none) == "responses as text"
    assert duplicate_responses.DETECTOR.missing(none) == "two or more responses to a prompt"
