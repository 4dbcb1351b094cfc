"""Splits a conversation that was logged as one text where its chat markers say that the response begins."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable, Sequence
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
_OF_ONE_QUESTION = re.compile(r"(?:\s|<[^<>\s]{1,40}>)*+(?:A conversation between|Below is an instruction)")
"""Introductions of one question (R1-Zero, Alpaca): questions behind its answer are the policy's own invention."""
FIRST_ANSWER, LAST_ANSWER = "from the first of several answers on", "the last of several answers"
"""Notes on which part of a conversation the response is."""
_MIN_REPEATS = 3
"""First answers that are repetitions of another one, before they are examples: two agents may begin alike by chance."""
_ALL_TURNS = 1_000_000
_TOOL = re.compile(
    r"<\|(?:im_start|start_header_id|header_start|start|turn)\|?>\s*(?:tool|ipython|environment|observation|function)"
    r"|</?(?:tool_response|tool_call|tool_result|observation|information|interpreter|function_results?|output|result)>"
    r"|\b(?:Observation|Tool result|Tool output) ?:"
)
"""What stands between the turns of an agent: calls of tools and what these answered."""
_BLANK = re.compile(r"\s*+")
_BEGINS = re.compile(
    r"\s*+(?:(?:<s>|<bos>|<\|begin_of_text\|>|<｜begin▁of▁sentence｜>|\[gMASK\]<sop>)\s*+)?"
    r"(?:<\|(?:im_start|start_header_id|header_start|start|turn)\|?>\s*(?:system|user|developer)|<start_of_turn>user"
    r"|<｜User｜>|<\|(?:system|user)\|>|\[INST\])"
)
"""What a text begins with that holds a conversation from its first message on."""


def is_whole_chat(text: str) -> bool:
    """Whether a text is a conversation from its beginning, with an answer in it."""
    return is_marked_chat(text) or split_plain_chat(text) is not None


def is_marked_chat(text: str) -> bool:
    """Whether a text is a conversation of a chat template from its first message on, as no policy writes one."""
    return _BEGINS.match(text) is not None and split_chat_text(text) is not None


def split_whole_chat(text: str, *, only_last: bool = False) -> tuple[str, str] | None:
    """Split a text that is a conversation from its beginning; None where it is none.

    In plain words the response is the answer to the last question, because examples and earlier turns stand before it.

    Args:
        text: the text.
        only_last: whether with markers of a template, too, the answers before the last question are examples of the
            prompt; else everything from the first answer on is the response, as it is of agents.
    """
    return split_chat_text(text, 1 if only_last else _ALL_TURNS) or split_plain_chat(text)


def have_examples(texts: Sequence[str]) -> bool | None:
    """Whether answers before the last question of marked conversations are examples, and not the policy's.

    Examples are the same wherever their question is: a policy answers a question in several ways, and what a tool
    answers it is no question.

    Returns:
        None where hardly a question comes twice, so that nothing tells it; also where every text has one answer.
    """
    first_answers: dict[str, list[str]] = {}
    for text in dict.fromkeys(texts):
        whole, last = split_chat_text(text, _ALL_TURNS), split_chat_text(text)
        if whole is None or last is None or whole == last:
            continue
        between = text[len(whole[0]) : len(last[0])]
        if _TOOL.search(between):
            return False
        answer = min((between.find(asks) for _, asks in _MARKERS if asks in between), default=len(between))
        first_answers.setdefault(whole[0], []).append(between[:answer])
    return are_examples(first_answers.values())


def are_examples(first_answers: Iterable[Sequence[str]]) -> bool | None:
    """Whether first answers are examples, because they are the same for the same question; None where too few tell it.

    Args:
        first_answers: for each first question, the answers to it in conversations that differ.
    """
    several = [answers for answers in first_answers if len(answers) > 1]
    if any(len(set(answers)) > 1 for answers in several):
        return False
    return True if sum(len(answers) - 1 for answers in several) >= _MIN_REPEATS else None


def answers_taken_note(texts: Iterable[str], *, only_last: bool = False) -> str:
    """A note on which answers `split_whole_chat` takes of conversations with several; empty if all have one."""
    for text in texts:
        by_markers = split_chat_text(text, _ALL_TURNS)
        if by_markers is not None and split_chat_text(text) != by_markers:
            return LAST_ANSWER if only_last else FIRST_ANSWER
        if by_markers is None and _plain_answers(text)[:1] != _plain_answers(text)[-1:]:
            return FIRST_ANSWER if _OF_ONE_QUESTION.match(text) else LAST_ANSWER
    return ""


def split_plain_chat(text: str) -> tuple[str, str] | None:
    """Split a conversation in plain words (`User: …`, `Assistant: …`) where the answer to its last question begins.

    Args:
        text: the conversation, from its first question on or with an introduction before it.

    Returns:
        Prompt, with the word for the assistant, and response; None where the text is no such conversation.
    """
    starts = _plain_answers(text)
    if not starts:
        return None
    start = starts[0] if _OF_ONE_QUESTION.match(text) else starts[-1]
    return text[:start], text[start:]


def _plain_answers(text: str) -> list[int]:
    """Where the answers to the questions of a conversation in plain words begin; none of the last one where nothing is said."""
    for speakers in (*_SPEAKERS, *_EXAMPLES):
        first, asks, answers = _speaker_patterns(*speakers)
        begun = first.match(text)
        if begun is None:
            continue
        asked = [begun.end() - 1, *(found.start() for found in asks.finditer(text, begun.end()))]
        said = [
            found.end() for found in answers.finditer(text, begun.end()) if not _is_blank(text, found.end())
        ]
        if not said or (speakers in _EXAMPLES and len(said) > 1):
            continue
        places = (bisect_left(said, at) for at in asked)
        return list(dict.fromkeys(said[place] for place in places if place < len(said)))
    return []


def _is_blank(text: str, start: int) -> bool:
    """Whether nothing follows from a place on."""
    return _BLANK.fullmatch(text, start) is not None


@lru_cache(maxsize=64)
def _speaker_patterns(asks: str, answers: str) -> tuple[re.Pattern[str], re.Pattern[str], re.Pattern[str]]:
    """The patterns of a text's beginning up to its first question, of the prefix of a question, and of that of an answer."""
    asked, answered = (rf"{re.escape(word)} ?[:：]" for word in (asks, answers))
    begin = re.compile(rf"{_INTRODUCTION.pattern}{asked}", re.DOTALL)
    return begin, re.compile(rf"(?<![^\s>]){asked}"), re.compile(rf"(?<!\S){answered}[ \n]?")


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
