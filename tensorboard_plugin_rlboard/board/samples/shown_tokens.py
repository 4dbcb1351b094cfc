"""The tokens of a sample as text, spelt alike wherever they are shown: the heatmap, the worst tokens.

How tokens are spelt is a property of the run: a short response says little of it. What counts is, in this order, the
response's own text, if it was logged and its tokens make it in one spelling only; the decoder of a tokenizer beside the
log, if the tokens are of its vocabulary; the evidence of samples all over the run together.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from weakref import WeakKeyDictionary

from tensorboard_plugin_rlboard.board.limits.running_question import check_stopped
from tensorboard_plugin_rlboard.board.run_schema import RunSession
from tensorboard_plugin_rlboard.board.samples.decoded_samples import SampleLocation, read_sample
from tensorboard_plugin_rlboard.errors import UnknownError, UnreadError
from tensorboard_plugin_rlboard.formats.arrays.array_block import SPECIAL_TOKEN
from tensorboard_plugin_rlboard.formats.rows.sample_reader import SampleValues
from tensorboard_plugin_rlboard.formats.tokenization.style_evidence import (
    StyleEvidence,
    decode_for_display,
    style_evidence,
    style_of_text,
)
from tensorboard_plugin_rlboard.formats.tokenization.tokenizer import (
    LoadedTokenizer,
    find_tokenizer,
    load_whole_tokenizer,
)
from tensorboard_plugin_rlboard.index.column_names import metric, physical
from tensorboard_plugin_rlboard.index.run import RunIndex
from tensorboard_plugin_rlboard.index.run_file import IndexedFile

_MAX_SAMPLES = 16
_MAX_BYTES = 2 * 1024 * 1024
"""Samples of a run that are read for the evidence, and bytes of their lines."""
_SPACE = re.compile(r"\s*")
_TOKEN_ID = re.compile(r"#[0-9]{1,10}", re.ASCII)


@dataclass(frozen=True)
class _RunEvidence:
    """The evidence for a run's spelling, from samples all over it, and how many samples it had then."""

    evidence: StyleEvidence
    n_samples: int

    def is_of(self, run: RunIndex) -> bool:
        """Whether the run is still about as large."""
        return self.n_samples <= run.samples <= 2 * self.n_samples


_evidence_of: WeakKeyDictionary[RunIndex, _RunEvidence] = WeakKeyDictionary()


@dataclass(frozen=True)
class Spelling:
    """How the tokens of a file become text; equal ones give equal texts.

    Attributes:
        tokenizer: the one beside the file or above it; None without one.
        evidence: what samples all over the run say; None where the tokenizer is asked first and it was not needed yet.
    """

    tokenizer: LoadedTokenizer | None
    evidence: StyleEvidence | None


def spelling_of(session: RunSession, file: IndexedFile) -> Spelling:
    """How the tokens of a file are spelt: the same for all questions about its samples, until the run has grown much."""
    tokenizer, cached = _tokenizer_of(file), _evidence_of.get(session.run)
    if cached is not None and cached.is_of(session.run):
        return Spelling(tokenizer, cached.evidence)
    return Spelling(tokenizer, _run_evidence(session) if tokenizer is None else None)


def shown_tokens(session: RunSession, spelling: Spelling, sample: SampleValues) -> list[str]:
    """The tokens of a sample as text, one piece for each; joined they are its response.

    Args:
        session: the run of the sample.
        spelling: of its file.
        sample: what was logged of it.
    """
    return _spelt(session, spelling, sample.token_strings, sample.texts.get("response"))


def shown_prompt_tokens(session: RunSession, spelling: Spelling, sample: SampleValues) -> list[str]:
    """The tokens of a sample's prompt likewise; empty where none are logged."""
    return _spelt(session, spelling, list(sample.prompt.tokens), sample.texts.get("prompt"))


def spaces_between(tokens: Sequence[str], text: str) -> list[str]:
    """The white space of a text in front of each of its tokens, where that is all that they lack of it; else none at all.

    A word-level tokenizer, or ids that were decoded one by one, leave it out. Special tokens may be missing in the text.

    Args:
        tokens: the tokens of the text, as shown.
        text: what they make together.
    """
    nothing = [""] * len(tokens)
    found: list[str] = []
    at, behind = 0, _behind_space(text, 0)
    for token in tokens:
        start = at if text.startswith(token, at) else behind
        if text.startswith(token, start):
            found.append(text[at:start])
            at = start + len(token)
            behind = _behind_space(text, at)
        elif SPECIAL_TOKEN.fullmatch(token.strip()):
            found.append("")
        else:
            return nothing
    return nothing if text[at:].strip() else found


def _behind_space(text: str, at: int) -> int:
    """Where the white space ends that begins at a place."""
    found = _SPACE.match(text, at)
    return at if found is None else found.end()


def _spelt(session: RunSession, spelling: Spelling, tokens: list[str], text: str | None) -> list[str]:
    tokenizer = spelling.tokenizer
    if not tokens:
        return []
    if tokenizer is not None and all(map(_TOKEN_ID.fullmatch, tokens)):
        tokens = tokenizer.decoders[0]([int(token[1:]) for token in tokens])
    style = None if tokenizer is None else tokenizer.style_of(tokens)
    if style is None:
        evidence = _run_evidence(session) if spelling.evidence is None else spelling.evidence
        style = (evidence + style_evidence(tokens)).style
    return decode_for_display(tokens, style if text is None else style_of_text(tokens, text, style))


def _tokenizer_of(file: IndexedFile) -> LoadedTokenizer | None:
    """The tokenizer beside a file or above it: the one that its ids were decoded with, else the nearest."""
    option = file.format.options.get("tokenizer", "")
    if not option and file.path.endswith(f"/{file.relative}"):
        option = find_tokenizer(file.path, file.path.removesuffix(f"/{file.relative}"))
    return load_whole_tokenizer(file.path, option) if option else None


def _run_evidence(session: RunSession) -> StyleEvidence:
    run = session.run
    found = _evidence_of.get(run)
    if found is None or not found.is_of(run):
        evidence, is_whole = _evidence(session, _spread_locations(session))
        if not is_whole:  # told from fewer samples for now
            return evidence
        found = _evidence_of[run] = _RunEvidence(evidence, run.samples)
    return found.evidence


def _spread_locations(session: RunSession) -> list[SampleLocation]:
    """Some samples with tokens from all over the run, the same ones each time."""
    if physical("m", "n_tokens") not in session.run.columns:
        return []
    rows = session.cursor.execute(
        f'SELECT file, line_offset, line_length, "row" FROM {session.schema.table} WHERE {metric("n_tokens")} > 0 '
        f"ORDER BY hash(file, line_offset), line_offset, file LIMIT {_MAX_SAMPLES}"
    ).fetchall()
    files = {file.number: file for file in tuple(session.run.files.values())}
    return [SampleLocation(files[number], *place) for number, *place in rows if number in files]


def _evidence(session: RunSession, locations: Sequence[SampleLocation]) -> tuple[StyleEvidence, bool]:
    """The evidence of samples for their spelling, and whether every file could be read."""
    total, left = StyleEvidence(), _MAX_BYTES
    for location in locations:
        left -= location.length
        if left < 0:
            break
        check_stopped()
        try:
            total += style_evidence(read_sample(session.run, location).token_strings)
        except UnreadError:
            return total, False
        except UnknownError:  # rewritten since it was indexed
            continue
    return total, True
