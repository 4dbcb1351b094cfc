"""The markers of chat templates: how turns begin and end, for the common families.

Special tokens of all families are one table: a turn begins with a marker that names its role, and everything up to the
next marker is its content. Two families have no special tokens: `User: … Assistant:`, and lines that hold a role alone,
which is what is left of ChatML and Llama 3 where a trainer decodes without special tokens.
"""

from __future__ import annotations

import re

USER, ASSISTANT, SYSTEM, TOOL = "user", "assistant", "system", "tool"
ROLES = {
    **dict.fromkeys(("user", "human"), USER),
    **dict.fromkeys(("assistant", "model", "gpt", "ai", "bot", "chatbot"), ASSISTANT),
    **dict.fromkeys(("system", "developer", "available_tools", "system_prompt"), SYSTEM),
    **dict.fromkeys(("tool", "ipython", "observation", "tool_results", "function"), TOOL),
}
"""Role as templates spell it, in small letters -> role."""

Turn = tuple[str, str]
"""Role ("" for text before the first marker) and content."""

_ROLE_GROUP = r"(?P<{}>[A-Za-z_]+)"
_TURN_STARTS = (
    r"<\|im_start\|>" + _ROLE_GROUP.format("chatml") + r"(?:<\|im_sep\|>|[ \t]*(?:\n|$))",  # Qwen, Yi, Phi-4
    r"<\|im_" + _ROLE_GROUP.format("kimi") + r"\|>[A-Za-z_]*<\|im_middle\|>",
    r"<\|start_header_id\|>" + _ROLE_GROUP.format("llama3") + r"<\|end_header_id\|>",
    r"<\|header_start\|>" + _ROLE_GROUP.format("llama4") + r"<\|header_end\|>",
    r"<start_of_turn>" + _ROLE_GROUP.format("gemma") + r"(?=\n|$)",
    r"<\|turn>" + _ROLE_GROUP.format("gemma4") + r"(?=\n|$)",
    r"<\|start\|>"
    + _ROLE_GROUP.format("harmony")
    + r"(?:<\|channel\|>[a-z]+)?(?:<\|message\|>|$)",  # gpt-oss
    r"<\|START_OF_TURN_TOKEN\|><\|" + _ROLE_GROUP.format("cohere") + r"_TOKEN\|>",
    r"<[｜|]"
    + _ROLE_GROUP.format("deepseek")
    + r"[｜|]>",  # with full-width bars; Zephyr, Phi-3 and GLM have plain ones
    r"(?P<inst>\[INST\])|(?P<answer>\[/INST\])",  # Mistral, Llama 2
    r"\[(?P<bracket>SYSTEM_PROMPT|AVAILABLE_TOOLS|TOOL_RESULTS)\]",
)
_TURN_START = re.compile("|".join(_TURN_STARTS))
_TURN_END = re.compile(
    r"<\|(?:im_end|eot_id|eot|eom_id|end|turn_end|END_OF_TURN_TOKEN)\|>|<end_of_turn>|<turn\|>"
    r"|\[/(?:SYSTEM_PROMPT|AVAILABLE_TOOLS|TOOL_RESULTS)\]"
)
_BOUNDARY_TOKENS = (
    r"<\|begin_of_text\|>|<\|endoftext\|>|<\|end_of_text\|>|<\|finetune_right_pad_id\|>|<BOS_TOKEN>|<bos>|<eos>"
    r"|<pad>|<\|pad\|>|\[PAD\]|<s>|</s>|<[｜|](?:begin|end)[▁_]of[▁_]sentence[｜|]>|<[｜|]▁pad▁[｜|]>|\[gMASK\]|<sop>"
    r"|\[BOS\]|\[EOS\]"
)
_LEADING_TOKENS = re.compile(rf"(?:\s|{_BOUNDARY_TOKENS})*")
_TRAILING_TOKEN = re.compile(rf"(?:{_BOUNDARY_TOKENS})$")
_LLAMA2_SYSTEM = re.compile(r"\s*<<SYS>>.*?<</SYS>>", re.DOTALL)
"""Llama 2 writes the system prompt into the first question."""

_ROLE_PREFIX = re.compile(
    r"^(user|human|assistant|system|tool|developer)(?: \([^()\n]{1,80}\))?:", re.IGNORECASE | re.MULTILINE
)
_ENDS_WITH_ROLE_PREFIX = re.compile(r"(?:^|\s)assistant:\s*(?:<think>)?\Z", re.IGNORECASE)
_R1_ZERO_INTRODUCTION = re.compile(r"A conversation between User and Assistant\b")
"""The template of DeepSeek-R1-Zero for base models (arXiv 2501.12948, table 1): its roles stand within its lines."""
_INLINE_ROLE_PREFIX = re.compile(r"\b(User|Assistant):")
_ROLE_TAG = re.compile(r"<(system|user|assistant)>")
_ROLE_LINE = re.compile(r"^(system|user|assistant|model|tool)[ \t]*$", re.MULTILINE)
_ENDS_WITH_ROLE_LINE = re.compile(r"\n(?:assistant|model)\s*(?:<think>\s*(?:</think>)?)?\Z")
_ROLE_ABOVE_BLANK_LINE = re.compile(r"(system|user|assistant)(?:\n\n|\Z)")


def without_boundary_tokens(text: str) -> str:
    """The text without padding, tokens that begin or end a text, and white space, at both ends."""
    leading = _LEADING_TOKENS.match(text)
    text = text[leading.end() if leading else 0 :]
    while True:
        stripped = text.rstrip()
        # The longest of those tokens has fewer characters: a long text is not searched for them.
        found = _TRAILING_TOKEN.search(stripped, max(0, len(stripped) - 32))
        if found is None:
            return stripped
        text = stripped[: found.start()]


def split_turns(text: str) -> list[Turn]:
    """The turns of a rendered conversation; a text without a template is one turn without a role."""
    text = without_boundary_tokens(text)
    marked = [start for start in _TURN_START.finditer(text) if _role(start)]
    if marked:
        return _marked_turns(text, marked)
    return _cut(text, _unmarked_starts(text))


def _marked_turns(text: str, starts: list[re.Match[str]]) -> list[Turn]:
    """The turns between special tokens."""
    turns: list[Turn] = []
    # DeepSeek writes the system prompt in front of the first marker, whose bars are full-width ones.
    if "｜" not in starts[0].group():
        turns.append(("", text[: starts[0].start()]))
    for start, end in zip(starts, _ends(text, starts), strict=True):
        content = text[start.end() : end]
        if start.lastgroup == "inst":
            content = _LLAMA2_SYSTEM.sub("", content, count=1)
        turns.append((_role(start), _TURN_END.sub("", content)))
    return turns


def _role(start: re.Match[str]) -> str:
    """The role that a marker names; empty where the word is no role."""
    kind = str(start.lastgroup)
    if kind in {"inst", "answer"}:
        return USER if kind == "inst" else ASSISTANT
    return ROLES.get(start.group(kind).lower(), "")


def _unmarked_starts(text: str) -> list[re.Match[str]]:
    """Where the turns of a text without special tokens begin; nowhere unless the whole text looks like a template's."""
    if _R1_ZERO_INTRODUCTION.match(text) and _ENDS_WITH_ROLE_PREFIX.search(text):
        return list(_INLINE_ROLE_PREFIX.finditer(text))
    if text.endswith("<assistant>") and _ROLE_TAG.match(text):
        return list(_ROLE_TAG.finditer(text))
    spoken = list(_ROLE_PREFIX.finditer(text))
    if spoken and (spoken[0].start() == 0 or _ENDS_WITH_ROLE_PREFIX.search(text)):
        return spoken
    if _ROLE_LINE.match(text) and _ENDS_WITH_ROLE_LINE.search(text):
        return list(_ROLE_LINE.finditer(text))
    # What Llama 3 leaves has no line break in front of a role.
    if text.endswith("assistant") and text.startswith(("system\n\n", "user\n\n")):
        return list(_ROLE_ABOVE_BLANK_LINE.finditer(text))
    return []


def _cut(text: str, starts: list[re.Match[str]]) -> list[Turn]:
    """The text before the first start, and the turn behind each."""
    before = text[: starts[0].start()] if starts else text
    # The same for every prompt, and no part of any.
    turns: list[Turn] = [(SYSTEM if starts and _R1_ZERO_INTRODUCTION.match(before) else "", before)]
    for start, end in zip(starts, _ends(text, starts), strict=True):
        turns.append((ROLES.get(start.group(1).lower(), ""), text[start.end() : end]))
    return turns


def _ends(text: str, starts: list[re.Match[str]]) -> list[int]:
    """Where the turns end that begin at some markers."""
    return [*(start.start() for start in starts), len(text)][1:]
