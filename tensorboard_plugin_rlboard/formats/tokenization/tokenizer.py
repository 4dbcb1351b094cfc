"""Decodes token ids with the `tokenizer.json` that lies nearest to a rollout file.

Searched are the file's own folder and each folder above it up to the log directory's root, in this order, and in each
of them the folder `tokenizer`, where miles and slime write that of a dump. No other: a trainer's
`checkpoint-100/tokenizer.json` has to be copied or linked to where the run lies. Needs the package `tokenizers`; without
it, without such a file and for remote files there is no tokenizer.
"""

from __future__ import annotations

import json
import logging
import stat
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from tensorboard_plugin_rlboard.formats.tokenization.style_evidence import decode_for_display
from tensorboard_plugin_rlboard.formats.tokenization.token_text import TokenStyle
from tensorboard_plugin_rlboard.sources.companions import place_of
from tensorboard_plugin_rlboard.sources.local_files import open_regular
from tensorboard_plugin_rlboard.sources.mounts import mounts

logger = logging.getLogger(__name__)

Decoders = tuple[Callable[[Sequence[int]], list[str]], Callable[[Sequence[int]], str]]
"""Token ids -> token strings as the tokenizer stores them (`Ġthe`); token ids -> text, special tokens included. What is
no id of the vocabulary is `#id` in both."""

_FILE_NAME = "tokenizer.json"
_MAX_BYTES, _MAX_VALUES = 64 * 1024 * 1024, 8_000_000
"""Of a tokenizer.json. Gemma 3's, the largest in use, has 33 MB and about two million commas."""
_FOLDER = "tokenizer"
_KNOWN_SHARE = 0.9
"""Share of a response's distinct tokens that are in the vocabulary where they are spelt as the tokenizer stores them."""
_load_lock = threading.Lock()


@dataclass(frozen=True, eq=False)
class LoadedTokenizer:
    """A tokenizer that was read; compared by identity.

    Attributes:
        decoders: token ids as strings and as text.
        style: how its decoder reads token strings; None where that is none that we know.
        knows: whether a string is a token of its vocabulary.
    """

    decoders: Decoders
    style: TokenStyle | None
    knows: Callable[[str], bool]

    def style_of(self, tokens: Sequence[str]) -> TokenStyle | None:
        """How some token strings are spelt if they are of its vocabulary; None where they are not, as decoded ones."""
        distinct = set(tokens)
        known = sum(map(self.knows, distinct))
        return self.style if known and known >= _KNOWN_SHARE * len(distinct) else None


def find_tokenizer(path: str, root: str) -> str:
    """Find the tokenizer of a rollout file.

    Args:
        path: the rollout file.
        root: the last folder above it that is searched; where that is one of a dump folder's own, the dump folder is.

    Returns:
        `levels:bytes`: how many folders above the file's own the tokenizer lies, and its size, so that an index built
        with another tokenizer is recognised; `levels/tokenizer:bytes` where it lies in the folder `tokenizer` there.
        Empty where there is none that could be read.
    """
    if "://" in path:
        return ""
    top, place = Path(root).absolute(), place_of(str(Path(path).absolute()))
    if place is not None and Path(path).absolute().parent == top:
        top = Path(place.dump)
    for level, folder in enumerate(Path(path).absolute().parents):
        for where, inner in ((str(level), folder), (f"{level}/{_FOLDER}", folder / _FOLDER)):
            size = _file_size(inner / _FILE_NAME)
            if size is not None:
                return f"{where}:{size}" if _import_tokenizers() is not None else ""
        if folder == top or top not in folder.parents:
            break
    return ""


def load_tokenizer(path: str, option: str) -> Decoders | None:
    """Load the tokenizer that `find_tokenizer` found; None, with a warning in the log, where it is gone or broken.

    Args:
        path: the rollout file.
        option: what `find_tokenizer` returned.

    Returns:
        Two functions that any thread may call, cached for the next file with the same tokenizer.
    """
    loaded = load_whole_tokenizer(path, option)
    return None if loaded is None else loaded.decoders


def load_whole_tokenizer(path: str, option: str) -> LoadedTokenizer | None:
    """Load the tokenizer that `find_tokenizer` found, as `load_tokenizer` does, with what its decoder reads."""
    place, _, size = option.partition(":")
    level, _, inner = place.partition("/")
    if not level.isdecimal() or not size.isdecimal() or inner not in {"", _FOLDER}:
        return None
    folders = Path(path).absolute().parents
    if int(level) >= len(folders):
        return None
    file = folders[int(level)] / inner / _FILE_NAME
    try:
        found = mounts.run_in_time(str(file), file.stat)
    except OSError as error:
        logger.warning("The tokenizer %s cannot be read: %s", file, error)
        return None
    if found.st_size != int(size):
        logger.warning("The tokenizer %s has changed since its log was looked at", file)
        return None
    with _load_lock:  # a large one takes a second: once is enough
        return _load_file(str(file), found.st_size, found.st_mtime_ns)


@lru_cache(maxsize=8)
def _load_file(path: str, _size: int, _changed: int) -> LoadedTokenizer | None:
    package = _import_tokenizers()
    if package is None:
        logger.warning("The tokenizer %s is not used: the package tokenizers is not installed", path)
        return None
    try:
        with open_regular(path) as file:
            content = file.read(_MAX_BYTES + 1)
        if len(content) > _MAX_BYTES or content.count(b",") > _MAX_VALUES:
            logger.warning(
                "The tokenizer %s is not used: it is larger than %d MB or has more than %d values, which no tokenizer has",
                path,
                _MAX_BYTES >> 20,
                _MAX_VALUES,
            )
            return None
        tokenizer = package.Tokenizer.from_str(content.decode("utf-8"))
        return LoadedTokenizer(
            _decoders(tokenizer),
            _decoder_style(tokenizer.decoder),
            lambda token: tokenizer.token_to_id(token) is not None,
        )
    except Exception as error:  # noqa: BLE001  the package raises no narrower one
        logger.warning("The tokenizer %s cannot be read: %s", path, error)
        return None


def _decoder_style(decoder: Any) -> TokenStyle | None:
    """How a decoder of the package reads token strings; None without one, or of another kind."""
    if decoder is None:
        return None
    steps = [json.loads(decoder.__getstate__())]
    while any("decoders" in step for step in steps):
        steps = [inner for step in steps for inner in step.get("decoders", [step])]
    for step in steps:
        match step:
            case {"type": "ByteLevel"}:
                return TokenStyle.BYTE_LEVEL
            case {"type": "Metaspace"} | {"type": "Replace", "pattern": {"String": "▁"}}:
                return TokenStyle.SENTENCEPIECE
            case {"type": "WordPiece", "prefix": "##"}:
                return TokenStyle.WORDPIECE
    return None


def _decoders(tokenizer: Any) -> Decoders:
    strings: dict[int, str] = {}

    def token(i: int) -> str | None:
        found = strings.get(i)
        if found is None:
            try:
                found = tokenizer.id_to_token(i)
            except (OverflowError, TypeError):  # negative, beyond 32 bits, no whole number
                return None
            if found is not None:
                strings[i] = found
        return found

    def to_tokens(ids: Sequence[int]) -> list[str]:
        return [f"#{i}" if (found := token(i)) is None else found for i in ids]

    def decoded(ids: Sequence[int]) -> str:
        if tokenizer.decoder is None:  # the package would put a space between any two tokens
            return "".join(decode_for_display(to_tokens(ids)))
        return str(tokenizer.decode(ids, skip_special_tokens=False))

    def to_text(ids: Sequence[int]) -> str:
        pieces: list[str] = []
        start = 0
        for end in [*(n for n, i in enumerate(ids) if token(i) is None), len(ids)]:
            if end > start:
                pieces.append(decoded(list(ids[start:end])))
            pieces += [f"#{i}" for i in ids[end : end + 1]]
            start = end + 1
        return "".join(pieces)

    return to_tokens, to_text


def _import_tokenizers() -> Any:
    try:
        import tokenizers  # noqa: PLC0415  only where a log has token ids
    except ImportError:
        return None
    return tokenizers


def _file_size(file: Path) -> int | None:
    try:
        found = mounts.run_in_time(str(file), file.stat)
    except (OSError, ValueError):
        return None
    return found.st_size if stat.S_ISREG(found.st_mode) else None
