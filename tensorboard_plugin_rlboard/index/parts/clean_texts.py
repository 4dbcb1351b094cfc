"""Cleans the texts of samples of padding, and measures what is left.

What a tokenizer filled up a batch with is nothing that the model wrote.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import md5
from typing import Any

import numpy as np

from tensorboard_plugin_rlboard.metrics.segments import Floats

_PAD = r"(?:<[^<>\s]{0,40}pad[^<>\s]{0,20}>|\[pad\])"
_LEADING = re.compile(
    rf"(?:{_PAD}\s*)+|(?:<\|endoftext\|>){{2,}}|(?:</s>){{2,}}|(?:<\|im_end\|>){{2,}}"
    r"|(?:<\|end_of_text\|>){2,}|(?:<\|eot_id\|>){2,}|(?:<unk>){2,}",
    re.IGNORECASE | re.ASCII,
)
_TRAILING = re.compile(rf"{_PAD}\s*\Z", re.IGNORECASE | re.ASCII)
_MAX_PAD_CHARS = 160
"""Characters at the end of a text that hold a pad, and white space behind it."""
_ENDS = (">", "]", " ", "\n", "\t", "\r", "\f", "\v")
_MIN_REPETITION_BYTES = 200


@dataclass(frozen=True)
class CleanTexts:
    """Texts of samples without padding.

    Attributes:
        texts: `prompt`, `response` and `ref_response` -> texts [samples], None where there is none.
        metrics: characters of both responses and the repetition of the model's own, float64 [samples], NaN without a text.
        prompt_keys: a digest of each prompt, None where there is none.
    """

    texts: dict[str, Any]
    metrics: dict[str, Floats]
    prompt_keys: Any


def clean_texts(
    texts: Mapping[str, Any], last_tokens: Sequence[str | None], trimmed: Sequence[int]
) -> CleanTexts:
    """The prompts, responses and reference responses of samples without their padding.

    Args:
        texts: name -> texts as logged, objects [samples].
        last_tokens: the last token of each response where that looks like no word, else None.
        trimmed: how many of its last tokens are padding.
    """
    clean: dict[str, Any] = {"prompt": _mapped(texts["prompt"], without_leading)}
    metrics: dict[str, Floats] = {}
    for name, characters in (("response", "n_chars"), ("ref_response", "ref_n_chars")):
        whole = zip(texts[name].tolist(), last_tokens, trimmed, strict=True)
        cut = [None if found is None else without_trailing(found, last, n) for found, last, n in whole]
        clean[name] = objects(cut)
        metrics[characters] = np.asarray([np.nan if found is None else float(len(found)) for found in cut])
    metrics["repetition"] = repetition(clean["response"])
    return CleanTexts(clean, metrics, _mapped(clean["prompt"], prompt_digest))


def without_leading(text: str) -> str:
    """A prompt without the pads that it begins with; end tokens there are pads from two on."""
    match = _LEADING.match(text) if text[:1] in {"<", "["} else None
    return text[match.end() :] if match else text


def without_trailing(text: str, last_token: str | None, trimmed: int) -> str:
    """A response without the pads that it ends with.

    Args:
        text: the response.
        last_token: its last token where that looks like no word, else None.
        trimmed: how many of its last tokens are padding.
    """
    if trimmed and last_token and text.endswith(last_token * trimmed):
        return text[: len(text) - len(last_token) * trimmed]
    while text.endswith(_ENDS):
        match = _TRAILING.search(text[-_MAX_PAD_CHARS:])
        if not match:
            break
        text = text[: len(text) - (match.end() - match.start())]
    return text


def repetition(responses: Iterable[object]) -> Floats:
    """1 - compressed size (zlib, level 1) / size of each text of at least 200 bytes of UTF-8, else NaN; high is repetitive."""
    return np.asarray([_repetition(response) for response in responses], np.float64)


def _repetition(response: object) -> float:
    raw = response.encode("utf-8", "replace") if isinstance(response, str) else b""
    if len(raw) < _MIN_REPETITION_BYTES:
        return np.nan
    # A window as long as the text gives the same size as the largest one, which costs short texts twice the time.
    window = max(10, min(15, len(raw).bit_length() + 1))
    return 1.0 - len(zlib.compress(raw, 1, window)) / len(raw)


def prompt_digest(prompt: str) -> str:
    """A digest of a prompt, by which equal ones are found."""
    return md5(prompt.encode("utf-8", "replace"), usedforsecurity=False).hexdigest()[:16]


def _mapped(texts: Any, change: Callable[[str], str]) -> Any:
    return objects([None if found is None else change(found) for found in texts.tolist()])


def objects(values: Sequence[object]) -> Any:
    """Values as an array of objects, whatever they are."""
    found = np.empty(len(values), object)
    found[:] = values
    return found
