"""A prompt's identity: the same through every common template, apart where the question is another."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tensorboard_plugin_rlboard.board.prompts.prompt_identity import (
    canonical_lines,
    canonical_prompt,
    prompt_identity,
)

QUESTION = "What is 64+53? Let's think step by step."
RENDERED = {
    "plain": QUESTION,
    "ChatML": f"<|im_start|>user\n{QUESTION}<|im_end|>\n<|im_start|>assistant\n",
    "ChatML, system": f"<|im_start|>system\nYou are Qwen, created by Alibaba Cloud.<|im_end|>\n"
    f"<|im_start|>user\n{QUESTION}<|im_end|>\n<|im_start|>assistant\n",
    "ChatML, thinking switched off": f"<|im_start|>user\n{QUESTION}<|im_end|>\n<|im_start|>assistant\n<think>\n\n</think>\n\n",
    "ChatML, padded": f"<pad><pad><|endoftext|><|im_start|>user\n{QUESTION}<|im_end|>\n<|im_start|>assistant\n",
    "ChatML, decoded without special tokens": f"user\n{QUESTION}\nassistant\n",
    "the same, system": f"system\nYou are a helpful assistant.\nuser\n{QUESTION}\nassistant\n",
    "Phi-4": f"<|im_start|>system<|im_sep|>Be brief.<|im_end|><|im_start|>user<|im_sep|>{QUESTION}<|im_end|>"
    "<|im_start|>assistant<|im_sep|>",
    "Kimi": f"<|im_system|>system<|im_middle|>You are Kimi.<|im_end|><|im_user|>user<|im_middle|>{QUESTION}<|im_end|>"
    "<|im_assistant|>assistant<|im_middle|>",
    "Llama 3": "<|begin_of_text|><|start_header_id|>system<|end_header_id|>\n\nCutting Knowledge Date: December 2023\n"
    f"Today Date: 26 Jul 2024\n\n<|eot_id|><|start_header_id|>user<|end_header_id|>\n\n{QUESTION}<|eot_id|>"
    "<|start_header_id|>assistant<|end_header_id|>\n\n",
    "Llama 3, no system": f"<|start_header_id|>user<|end_header_id|>\n\n{QUESTION}<|eot_id|>"
    "<|start_header_id|>assistant<|end_header_id|>\n\n",
    "Llama 3, decoded without special tokens": "system\n\nCutting Knowledge Date: December 2023\n\n"
    f"You are a helpful assistant.user\n\n{QUESTION}assistant\n\n",
    "Llama 4": f"<|begin_of_text|><|header_start|>user<|header_end|>\n\n{QUESTION}<|eot|>"
    "<|header_start|>assistant<|header_end|>\n\n",
    "Llama 2": f"<s>[INST] <<SYS>>\nBe honest.\n<</SYS>>\n\n{QUESTION} [/INST]",
    "Mistral": f"<s>[INST] {QUESTION} [/INST]",
    "Mistral, system": f"<s>[SYSTEM_PROMPT]Be brief.[/SYSTEM_PROMPT][INST]{QUESTION}[/INST]",
    "Gemma": f"<bos><start_of_turn>user\n{QUESTION}<end_of_turn>\n<start_of_turn>model\n",
    "DeepSeek": f"<｜begin▁of▁sentence｜>Be brief.<｜User｜>{QUESTION}<｜Assistant｜><think>\n",
    "DeepSeek, no system": f"<｜begin▁of▁sentence｜><｜User｜>{QUESTION}<｜Assistant｜>",
    "DeepSeek-R1-Zero": "A conversation between User and Assistant. The user asks a question, and the Assistant solves it. "
    f"User: {QUESTION} Assistant: <think>",
    "Zephyr": f"<|system|>\nBe brief.</s>\n<|user|>\n{QUESTION}</s>\n<|assistant|>\n",
    "Phi-3": f"<|user|>\n{QUESTION}<|end|>\n<|assistant|>\n",
    "GLM": f"[gMASK]<sop><|user|>\n{QUESTION}<|assistant|>\n",
    "gpt-oss": "<|start|>system<|message|>You are ChatGPT.<|end|><|start|>developer<|message|># Instructions<|end|>"
    f"<|start|>user<|message|>{QUESTION}<|end|><|start|>assistant<|channel|>analysis<|message|>",
    "Cohere": f"<BOS_TOKEN><|START_OF_TURN_TOKEN|><|USER_TOKEN|>{QUESTION}<|END_OF_TURN_TOKEN|>"
    "<|START_OF_TURN_TOKEN|><|CHATBOT_TOKEN|>",
    "spoken": f"User: {QUESTION}\n\nAssistant:",
    "spoken, Human": f"Human: {QUESTION}\nAssistant: ",
    "spoken, System": f"System: Be brief.\n\nUser: {QUESTION}\n\nAssistant:",
    "messages as we write them": f"system: Be brief.\n\nuser: {QUESTION}",
    "tags": f"<pad><system>Be brief.<user>{QUESTION}<assistant>",
}
NEAR_MISSES = (
    "What is 64+53? Let's think step by step",
    "What is 64+54? Let's think step by step.",
    "what is 64+53? Let's think step by step.",
    "What is 64 + 53? Let's think step by step.",
    f"User {QUESTION}",
    f"{QUESTION} assistant",
    f"Explain <|im_start|> in: {QUESTION}",
    f"Be brief.\n\n{QUESTION}",
    f"{QUESTION}\n\n{QUESTION}",
    f"[image] {QUESTION}",
)


@pytest.mark.parametrize("family", RENDERED)
def test_a_question_is_the_same_in_every_template(family: str) -> None:
    assert canonical_prompt(RENDERED[family]) == QUESTION
    assert prompt_identity(RENDERED[family]) == prompt_identity(QUESTION)


def test_another_question_is_another() -> None:
    digests = {prompt_identity(text) for text in (QUESTION, *NEAR_MISSES)}
    assert len(digests) == 1 + len(NEAR_MISSES)


@pytest.mark.parametrize("near_miss", NEAR_MISSES)
def test_another_question_is_another_in_a_template(near_miss: str) -> None:
    rendered = f"<|im_start|>user\n{near_miss}<|im_end|>\n<|im_start|>assistant\n"
    assert prompt_identity(rendered) != prompt_identity(RENDERED["ChatML"])


def test_white_space_and_composition_do_not_count_but_other_characters_do() -> None:
    assert prompt_identity("a  b\r\n c\u00a0d ") == prompt_identity("a b c d")
    assert prompt_identity("ab c d") != prompt_identity("a b c d")
    assert prompt_identity("caf\u00e9") == prompt_identity("cafe\u0301")
    assert prompt_identity("x²") != prompt_identity("x2")
    assert prompt_identity("ＡＢ") != prompt_identity("AB")


def test_chinese_prompts() -> None:
    question = "请编写“上相生坤位，中兴运泰开。”的下一句，要求押韵。"
    rendered = f"<|im_start|>system\n你是一个诗人。<|im_end|>\n<|im_start|>user\n{question}<|im_end|>\n<|im_start|>assistant\n"
    assert canonical_prompt(rendered) == question
    assert prompt_identity(question.replace("，", ",")) != prompt_identity(question)


def test_a_stretch_of_placeholders_is_one_picture() -> None:
    question = "What is shown?"
    same = (
        f"<image>\n{question}",
        f"<image>{question}",
        f"[image]\n{question}",
        f"<|im_start|>user\n<|vision_start|>{'<|image_pad|>' * 300}<|vision_end|>{question}<|im_end|>\n<|im_start|>assistant\n",
        f"<start_of_turn>user\n<start_of_image>{'<image_soft_token>' * 256}<end_of_image>{question}<end_of_turn>\n",
        f"[INST]{'[IMG]' * 8}[IMG_BREAK]{'[IMG]' * 8}[IMG_END]{question}[/INST]",
        f"<|image_1|>\n{question}",
    )
    assert {canonical_prompt(text) for text in same} == {f"[image] {question}"}
    apart = (question, f"{question} <image>", f"<video>{question}", f"<image> or <image> {question}")
    assert len({prompt_identity(text) for text in (same[0], *apart)}) == 1 + len(apart)


def test_turns_of_a_conversation_count_with_their_roles() -> None:
    spoken = "user: 1+1?\n\nassistant: 2\n\nuser: And 1+2?"
    chatml = (
        "<|im_start|>user\n1+1?<|im_end|>\n<|im_start|>assistant\n2<|im_end|>\n<|im_start|>user\nAnd 1+2?<|im_end|>\n"
        "<|im_start|>assistant\n"
    )
    mistral = "<s>[INST] 1+1? [/INST] 2</s>[INST] And 1+2? [/INST]"
    assert prompt_identity(spoken) == prompt_identity(chatml) == prompt_identity(mistral)
    others = (
        "And 1+2?",
        "1+1? 2 And 1+2?",
        "user: 1+1?\n\ntool: 2\n\nuser: And 1+2?",
        "user: 1+1?\n\nuser: 2 And 1+2?",
    )
    assert len({prompt_identity(text) for text in (spoken, *others)}) == 1 + len(others)


def test_an_answer_that_was_begun_counts() -> None:
    begun = f"{RENDERED['ChatML']}Let me see. 64+53"
    assert prompt_identity(begun) != prompt_identity(QUESTION)


def test_a_system_prompt_counts_only_where_nothing_else_is_asked_or_it_does_not_come_first() -> None:
    alone = "<|im_start|>system\nWrite a poem.<|im_end|>\n<|im_start|>assistant\n"
    assert prompt_identity(alone) != prompt_identity(alone.replace("poem", "song"))
    later = (
        "<|im_start|>user\nHello<|im_end|>\n<|im_start|>system\nBe brief.<|im_end|>\n<|im_start|>assistant\n"
    )
    assert prompt_identity(later) != prompt_identity("Hello")
    assert prompt_identity(later) != prompt_identity(later.replace("brief", "long"))


def test_words_of_a_template_within_a_text_are_text() -> None:
    """A text that is no template's keeps every word."""
    texts = (
        "Compare <system>a</system> with b.",
        "Compare <system>c</system> with b.",
        "Write a sad dialogue.\nUser: hi\nAssistant:",
        "Write a dialogue.\nUser: hi\nAssistant:",
        "The user\n\nasks the assistant",
        "user\nwhat is a user?",
        "",
    )
    assert len({prompt_identity(text) for text in texts}) == len(texts)


def test_it_is_a_digest_of_sixteen_digits_that_does_not_change_between_versions() -> None:
    assert prompt_identity("1+1?") == "9e366e930f687a30"


def test_what_is_asked_is_written_turn_by_turn() -> None:
    talk = "<|im_start|>system\nBe brief.<|im_end|>\n<|im_start|>user\nHi\n there<|im_end|>\n"
    assert canonical_lines(talk) == "Hi there"
    more = f"{talk}<|im_start|>assistant\nYes?<|im_end|>\n<|im_start|>user\nWhy?<|im_end|>\n"
    assert canonical_lines(more) == "user\nHi there\nassistant\nYes?\nuser\nWhy?"


def test_half_a_character_is_no_error() -> None:
    assert prompt_identity("a\ud800") != prompt_identity("a")


@given(st.text(max_size=60).filter(lambda text: canonical_prompt(text) != ""))
def test_any_question_survives_a_template(question: str) -> None:
    words = canonical_prompt(question)
    if words != " ".join(unicodedata.normalize("NFC", question).split()):
        return  # it looks like a template itself
    rendered = f"<|im_start|>user\n{question}<|im_end|>\n<|im_start|>assistant\n"
    assert prompt_identity(rendered) == prompt_identity(question)
