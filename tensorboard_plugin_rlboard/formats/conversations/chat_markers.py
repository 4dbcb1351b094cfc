"""Splits a conversation that was logged as one text where its chat markers say that the response begins."""

from __future__ import annotations

import re
from functools import lru_cache

_MARKERS = (
    ("<|im_start|>assistant\n", "<|im_start|>user"),
    ("<|start_header_id|>assistant<|end_header_id|>\n\n", "<|start_header_id|>user"),
    ("<|header_start|>assistant<|header_end|>\n\n", "<|header_start|>user"),
    ("<|start|>assistant", "<|start|>user"),
    ("<start_of_turn>model\n", "<start_of_turn>user"),
    ("<|turn>model\n", "<|turn>user"),
    ("<｜Assistant｜>", "<｜User｜>"),
    ("<|assistant|>\n", "<|user|>"),
    ("<|assistant|>", "<|user|>"),
    ("[/INST]", "[INST]"),
)
"""What chat templates write before an assistant's and before a user's message; the first pair that occurs counts."""

_SPEAKERS = (
    ("User", "Assistant"),
    ("USER", "ASSISTANT"),
    ("Human", "Assistant"),
    ("Human", "AI"),
    ("### Instruction", "### Response"),
    ("### Human", "### Assistant"),
    ("用户", "助手"),
    ("问", "答"),
)
"""What stands before what a user and an assistant say where a template writes plain words: `User: …`, `Assistant: …`."""
_EXAMPLES = (("Question", "Answer"), ("Q", "A"))
"""Words that examples in a prompt have as well: they are speakers only where each of them comes once."""
_INTRODUCTION = re.compile(
    r"\s*+(?:(?:<s>|<bos>|<\|begin_of_text\|>|<｜begin▁of▁sentence｜>)\s*+)?"
    r"(?:(?:A (?:chat|conversation) between|Below is an instruction|The following is a conversation|System:|SYSTEM:)"
    r"(?:.{0,4000}?))?(?<!\S)",
    re.DOTALL,
)
"""What may stand before the first question: how R1-Zero, Vicuna and Alpaca introduce the two."""
_BEGINS = re.compile(
    r"\s*+(?:(?:<s>|<bos>|<\|begin_of_text\|>|<｜begin▁of▁sentence｜>|\[gMASK\]<sop>)\s*+)?"
    r"(?:<\|(?:im_start|start_header_id|header_start|start|turn)\|?>\s*(?:system|user|developer)|<start_of_turn>user"
    r"|<｜User｜>|<\|(?:system|user)\|>|\[INST\])"
)
"""What a text begins with that holds a conversation from its first message on."""


def is_whole_chat(text: str) -> bool:
    """Whether a text is a conversation from its beginning, with an answer in it."""
    by_markers = _BEGINS.match(text) is not None and split_chat_text(text) is not None
    return by_markers or split_plain_chat(text) is not None


def split_plain_chat(text: str) -> tuple[str, str] | None:
    """Split a conversation in plain words (`User: …`, `Assistant: …`) where its first answer begins.

    Args:
        text: the conversation, from its first question on or with an introduction before it.

    Returns:
        Prompt, with the word for the assistant, and response; None where the text is no such conversation.
    """
    for speakers in (*_SPEAKERS, *_EXAMPLES):
        asks, answers = _speaker_patterns(*speakers)
        asked = asks.match(text)
        answered = None if asked is None else answers.search(text, asked.end())
        if answered is None or not text[answered.end() :].strip():
            continue
        if speakers in _EXAMPLES and answers.search(text, answered.end()):
            continue
        return text[: answered.end()], text[answered.end() :]
    return None


@lru_cache(maxsize=64)
def _speaker_patterns(asks: str, answers: str) -> tuple[re.Pattern[str], re.Pattern[str]]:
    """What a text begins with up to its first question, and what stands before an answer, with one blank behind it."""
    begin = re.compile(rf"{_INTRODUCTION.pattern}{re.escape(asks)} ?[:：]", re.DOTALL)
    return begin, re.compile(rf"(?<!\S){re.escape(answers)} ?[:：][ \n]?")


def split_chat_text(text: str, model_turns: int = 1) -> tuple[str, str] | None:
    """Split the text of a conversation into prompt and response, all markers kept.

    Args:
        text: the conversation.
        model_turns: how many messages of it the model wrote. With one the response begins at the first answer after the
            last question, so that examples in a prompt stay in it; with several, that many answers before the end.

    Returns:
        Prompt and response; None where the text has no marker of a known chat template.
    """
    for answer, question in _MARKERS:
        starts = _marker_ends(text, answer)
        if not starts:
            continue
        if model_turns > 1:
            start = starts[-model_turns] if model_turns <= len(starts) else starts[0]
        else:
            asked = text.rfind(question)
            start = next((at for at in starts if at > asked), starts[-1])
        return text[:start], text[start:]
    return None


def _marker_ends(text: str, marker: str) -> list[int]:
    found: list[int] = []
    at = text.find(marker)
    while at >= 0:
        found.append(at + len(marker))
        at = text.find(marker, at + len(marker))
    return found
