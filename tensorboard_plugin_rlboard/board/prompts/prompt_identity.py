"""A prompt's identity: a digest of its canonical text, the same whichever chat template rendered it.

Two texts have the same identity where they ask the same, turn by turn. What does not count:

- the chat template: markers of turns, tokens that begin or end a text, padding, and the trailing marker after which the
  model writes, with the `<think>` that some templates add to it;
- the system prompt, where a template says which text it is (Gemma and early Mistral templates write it into the first
  question, where nothing tells it from that);
- white space: any stretch of it is one space, and none at both ends of a turn;
- how characters are composed (Unicode normal form C; x² and x2 stay two prompts);
- how many tokens stand for a picture: a stretch of placeholders is one picture, whichever picture that is.

Everything else does, capitals and punctuation included. docs/prompts.md says what follows from that.
"""

from __future__ import annotations

import re
import unicodedata
from hashlib import blake2b

from tensorboard_plugin_rlboard.board.prompts.templates import (
    ASSISTANT,
    SYSTEM,
    USER,
    Turn,
    split_turns,
    without_boundary_tokens,
)

_PLACEHOLDER = (
    r"<\|?(?:image|video|audio)(?:[ _]?\d+)?\|?>|\[(?:image|video|audio)\]|<\|AUDIO\|>"
    r"|<\|(?:vision|image|video|audio|media)_(?:start|end|pad|bos|eos|begin|content)\|>"
    r"|<image_soft_token>|<(?:start|end)_of_image>|\[IMG(?:_BREAK|_END)?\]|</?img>|<IMG_CONTEXT>"
    r"|<\|(?:patch|tile_[xy]_separator)\|>"
)
_PLACEHOLDERS = re.compile(rf"(?:{_PLACEHOLDER})(?:\s*(?:{_PLACEHOLDER}))*")
_PLACEHOLDER_STARTS = ("<|", "<i", "<I", "<v", "<a", "<s", "[i", "[v", "[a", "[IMG")
"""How a placeholder begins: a text without any of these is not searched."""
_OPEN_THINKING = re.compile(r"(?:\s|</?think>|<\|channel\|>[a-z]*|<\|message\|>)*")
_BETWEEN_TURNS, _BEHIND_ROLE = "\x1e", "\x1f"
"""Both are white space, so that no turn holds any."""
_DIGEST_BYTES = 8


def prompt_identity(text: str) -> str:
    """The identity of a prompt: 16 hexadecimal digits.

    Args:
        text: the prompt as logged.
    """
    return blake2b(
        canonical_prompt(text).encode("utf-8", "surrogatepass"),
        digest_size=_DIGEST_BYTES,
        person=b"rlboard prompt",
    ).hexdigest()


def canonical_prompt(text: str) -> str:
    """The canonical text of a prompt, of which its identity is the digest.

    Of a single question it is the question; of a conversation its turns, each behind its role.
    """
    turns = [(role, _normalized(content)) for role, content in split_turns(text)]
    turns = [(role, content) for role, content in turns if content]
    while len(turns) > 1 and turns[0][0] == SYSTEM:
        turns = turns[1:]
    if len(turns) > 1 and _is_generation_prompt(turns[-1]):
        turns = turns[:-1]
    if len(turns) == 1 and turns[0][0] in {"", USER}:
        return turns[0][1]
    return _BETWEEN_TURNS.join(f"{role}{_BEHIND_ROLE}{content}" for role, content in turns)


def canonical_lines(text: str) -> str:
    """The canonical text for readers: each turn on its own line, in a conversation below a line with its role."""
    return canonical_prompt(text).replace(_BETWEEN_TURNS, "\n").replace(_BEHIND_ROLE, "\n")


def _is_generation_prompt(turn: Turn) -> bool:
    """Whether the last turn is what a template writes before the model goes on, and no answer that was begun."""
    return turn[0] == ASSISTANT and _OPEN_THINKING.fullmatch(turn[1]) is not None


def _normalized(content: str) -> str:
    """A turn's content, normalised: Unicode, white space and placeholders of pictures."""
    content = unicodedata.normalize("NFC", without_boundary_tokens(content))
    if any(first in content for first in _PLACEHOLDER_STARTS):
        content = _PLACEHOLDERS.sub(_placeholder_word, content)
    return " ".join(content.split())


def _placeholder_word(found: re.Match[str]) -> str:
    """One word for a stretch of placeholders."""
    stretch = found.group().lower()
    return f" [{next((kind for kind in ('video', 'audio') if kind in stretch), 'image')}] "
