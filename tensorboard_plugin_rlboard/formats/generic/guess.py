"""A guess at rows that no format knows: which keys are the prompt, the response and the score of a sample.

Names say what a key may be, types confirm it. A row is taken for a sample of a training only if it has the text of a
response and something that a data set or a program's log has not: a score, a step, or values for each token. What is
refused is refused with the lines that open it nevertheless.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from tensorboard_plugin_rlboard.formats.base import Format, Row
from tensorboard_plugin_rlboard.formats.generic import key_mapping
from tensorboard_plugin_rlboard.formats.generic.field_names import (
    ARRAY_NAMES,
    CONVERSATIONS,
    FACTS,
    IDS,
    LOGS,
    PAIRS,
    PARTS,
    PROMPTS,
    RESPONSES,
    SCORES,
    STEPS,
    TEXT_NAMES,
    TOKENS,
    WEAK_RESPONSES,
    WEAK_STEPS,
    leaves,
)
from tensorboard_plugin_rlboard.formats.generic.value_types import (
    is_conversation,
    is_ids,
    is_name,
    is_number,
    is_numbers,
    is_prompt,
    is_step,
    is_strings,
    is_text,
    is_whole,
)
from tensorboard_plugin_rlboard.formats.native import NATIVE

_SUFFIXES = ("_reward", "_score")
_MOST_NAMED = 8
_MOST_COMPONENTS = 20
_NUMBERS = frozenset({bool, int, float})


@dataclass(frozen=True)
class Guess:
    """What a row seems to be.

    Attributes:
        mapping: our word -> key of the rows, or path of keys; empty where the row is taken for no sample.
        why: one sentence: what speaks for it, or what is missing and what to write into rlboard.toml.
        toml: the text of the rlboard.toml that says the guess; of a refused row, what of it is known; empty where there
            is nothing to map.
    """

    mapping: Mapping[str, str]
    why: str
    toml: str

    @property
    def format(self) -> Format | None:
        """The format of such rows; None where they are refused."""
        return key_mapping.of(key_mapping.options(self.mapping, guessed=True)) if self.mapping else None


def guess(row: Row) -> Guess:
    """What the rows of a file are, by one of them. Never raises."""
    search = _Search(leaves(row))
    if not any(isinstance(value, (str, list)) for level in search.leaves for _, value in level.values()):
        return Guess({}, f"It has no text that could be a response, as logs of metrics ({_keys(row)}).", "")
    search.texts()
    search.measures()
    search.facts()
    refusal = search.refusal()
    if refusal:
        return Guess({}, _with_remedy(refusal, search, row), key_mapping.toml_of(_asked(search)))
    words = dict(search.words)
    order = dict.fromkeys((*key_mapping.ordered(words), *sorted(words)))
    known = ", ".join(f"{words[word]} → {word.removeprefix(key_mapping.COLUMNS)}" for word in order)
    why = f"No known format has its keys; by their names and types it was read as {known}."
    return Guess(words, why, key_mapping.toml_of(words, "Read from the run's folder, or from one above it."))


def completed(known: Format, row: Row) -> Format:
    """A format; in the place of our own one a guess, where a row has no step but another key that tells it.

    Our own format takes every row with a prompt and a response, because everything else may be missing from it; all
    of such a log would stand at step 0.
    """
    if known.name != NATIVE.name or any(key in row for key in known.step):
        return known
    found = guess(row)
    return found.format if found.format is not None and "step" in found.mapping else known


@dataclass
class _Search:
    """The leaves of a row by depth, and the words that were found for them."""

    leaves: list[dict[str, tuple[str, object]]]
    words: dict[str, str] = field(default_factory=dict)
    weak: bool = False
    measured: bool = False
    scored: bool = False
    placed: bool = False

    def find(self, word: str, names: tuple[str, ...], fits: Callable[[object], bool]) -> bool:
        """Gives a word the key with the first of some names that fits, the nearest to the top; whether there is one."""
        if word in self.words:
            return True
        used = set(self.words.values())
        for level in self.leaves:
            for name in names:
                path, value = level.get(name, ("", None))
                if path and path not in used and fits(value):
                    self.words[word] = path
                    return True
        return False

    def named(self, names: tuple[str, ...]) -> list[tuple[str, object]]:
        """Paths and values of the keys with some names."""
        return [level[name] for level in self.leaves for name in names if name in level]

    def texts(self) -> None:
        """Prompt and response, or the conversation that holds both."""
        strong = self.find("response", RESPONSES, is_text)
        self.find("prompt", PROMPTS, is_prompt)
        if not strong:
            strong = self.find("response", RESPONSES, is_conversation)
        if not strong:
            self.weak = self.find("response", WEAK_RESPONSES, is_text)
        if "response" not in self.words:
            self.find("messages", CONVERSATIONS, is_conversation)
        elif "prompt" not in self.words and not self.find("messages", CONVERSATIONS, is_whole):
            self.find("prompt", CONVERSATIONS, is_conversation)
        if not self.find("response_tokens", TOKENS, is_strings):
            self.find("response_token_ids", IDS, is_ids)

    def measures(self) -> None:
        """Scores and values of tokens."""
        self.scored = self.find("reward", SCORES, is_number)
        if not self.scored:
            named = [
                path
                for level in self.leaves
                for name, (path, value) in level.items()
                if name.endswith(_SUFFIXES) and not name.startswith("ref") and is_number(value)
            ]
            self.scored = bool(named)
            if len(named) == 1:
                self.words["reward"] = named[0]
        self.scored |= self.components()
        for word, names in ARRAY_NAMES.items():
            self.measured |= self.find(word, names, is_numbers)
        self.find("ref_reward", ("ref_reward", "reference_reward", "ref_score", "reference_score"), is_number)

    def components(self) -> bool:
        """Lifts the numbers of an object that is named like a score, and those beside a nested score.

        Returns:
            Whether there is an object of the first kind, which says that the row is scored.
        """
        within = {path for path, value in self.named(SCORES + PARTS) if isinstance(value, dict)}
        reward = self.words.get("reward", "")
        parents = within | {reward.rpartition(".")[0]} - {""}
        taken = {*key_mapping.WORDS, *(path for path, _ in self.leaves[0].values())} if parents else set()
        lifted: dict[str, str] = {}
        for level in self.leaves[1:]:
            for path, value in level.values():
                parent, _, key = path.rpartition(".")
                if parent not in parents or key in taken or path == reward or type(value) not in _NUMBERS:
                    continue
                if len(lifted) < _MOST_COMPONENTS:
                    lifted.setdefault(f"{key_mapping.COLUMNS}{key}", path)
        self.words |= lifted
        return any(path.rpartition(".")[0] in within for path in lifted.values())

    def facts(self) -> None:
        """Where the sample stands in its training, and what else is known of it."""
        self.placed = self.find("step", STEPS, is_step)
        self.find("step", WEAK_STEPS, is_step)
        for word, names in TEXT_NAMES.items():
            self.find(word, names, is_text)
        for word, names in FACTS.items():
            self.find(word, names, is_name)

    def refusal(self) -> str:
        """Why the row is taken for no sample, as the beginning of a sentence; empty where it is one."""
        names = {name for level in self.leaves for name in level}
        words = self.words
        answered = any(word in words for word in key_mapping.RESPONSES)
        if "response" not in words and len(PAIRS & names) > 1:
            return "It looks like pairs of preferred and rejected answers, not like rollouts"
        if len(LOGS & names) > 1 and not self.scored and not self.measured:
            return "It looks like a program's log"
        lists = next((path for path, value in self.named(RESPONSES) if is_strings(value)), "")
        if not answered and lists:
            return f"{lists} is a list of texts, and a row can only be mapped if it is one sample"
        if not answered:
            return "It has no text of a response under a name that tells it"
        if self.weak and "prompt" not in words and not self.measured:
            return f"{words['response']} may be any text, and there is no prompt beside it"
        if "prompt" not in words and "messages" not in words and not self.scored and not self.measured:
            return "It has neither a prompt nor a score beside its text"
        if not (self.scored or self.measured or self.placed):
            return "It looks like a data set: it has no score, no step and no values of tokens"
        return ""


def _asked(search: _Search) -> dict[str, str]:
    """A mapping for the user to correct: what was found, and a place for what was not."""
    words = {
        word: key for word, key in search.words.items() if word in {"prompt", "messages", "reward", "step"}
    }
    response = next((word for word in key_mapping.RESPONSES if word in search.words), "response")
    return {**words, response: search.words.get(response, "the key of the response")}


def _with_remedy(refusal: str, search: _Search, row: Row) -> str:
    lines = ", ".join(line for line in key_mapping.toml_of(_asked(search)).splitlines() if line)
    return (
        f"{refusal} ({_keys(row)}); if it holds rollouts, write into an rlboard.toml in its folder: {lines}."
    )


def _keys(row: Row) -> str:
    keys = sorted(str(key) for key in row)
    return f"its first row has the keys {', '.join(keys[:_MOST_NAMED])}{', …' if len(keys) > _MOST_NAMED else ''}"
