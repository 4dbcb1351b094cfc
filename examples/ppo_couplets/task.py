"""The couplet task: prompts, the mediocre couplets the reference policy imitates, and the rules that score an answer.

Needs neither PyTorch nor NumPy, so that the rules can be tested by themselves.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from . import lexicon

if TYPE_CHECKING:
    from random import Random

PAD, EOS, SYSTEM, USER, ASSISTANT = "<pad>", "<eos>", "<system>", "<user>", "<assistant>"
SPECIAL = (PAD, EOS, SYSTEM, USER, ASSISTANT)
INSTRUCTION = {"zh": "对下句，要押韵。", "en": "Rhyme it."}
WEIGHTS = {"rhyme": 0.5, "length": 0.2, "ending": 0.1, "right_language": 0.1, "fresh": 0.1}
STOPWORDS = frozenset({"the"})

_CHINESE_FINALS = {
    word[-1]: (group, final)
    for group, finals in lexicon.CHINESE_ENDINGS.items()
    for final, words in finals.items()
    for word in words
}
_ENGLISH_FAMILIES = {
    word: (vowel, family)
    for vowel, families in lexicon.ENGLISH_ENDINGS.items()
    for family, words in families.items()
    for word in words
}


@dataclass(frozen=True)
class Line:
    """The first line of a couplet, which the policy has to answer."""

    language: str  # "zh" or "en"
    text: str  # without its closing comma

    @property
    def prompt_tokens(self) -> list[str]:
        """The chat prompt as tokens: special tokens whole, everything else one character each."""
        comma = "，" if self.language == "zh" else ","
        return [SYSTEM, *INSTRUCTION[self.language], USER, *self.text, comma, ASSISTANT]

    @property
    def rhyme_class(self) -> str:
        """The class an answer should rhyme with, such as ``zh:an`` or ``en:ight``."""
        if self.language == "zh":
            return f"zh:{_CHINESE_FINALS[self.text[-1]][0]}"
        return f"en:{_ENGLISH_FAMILIES[self.text.split()[-1]][1]}"


@dataclass(frozen=True)
class Score:
    """What the rules say about one answer; every part lies between 0 and 1."""

    reward: float  # the weighted sum of the parts: what PPO trains on
    strict: float  # 1 if nothing at all is wrong, else 0: never trained on
    parts: dict[str, float]  # rhyme, length, ending, right_language, fresh


def vocabulary() -> list[str]:
    """Every token there is: the special tokens, then each character of the tables and instructions, in a fixed order."""
    texts = [*INSTRUCTION.values(), "，。,. "]
    for endings in (lexicon.CHINESE_ENDINGS, lexicon.ENGLISH_ENDINGS):
        texts.extend(word for kinds in endings.values() for words in kinds.values() for word in words)
    for name in ("CHINESE_SUBJECTS", "CHINESE_VERBS", "CHINESE_OPENINGS"):
        texts.extend(getattr(lexicon, name))
    for name in ("ENGLISH_SUBJECTS", "ENGLISH_VERBS", "ENGLISH_ADJECTIVES", "ENGLISH_OPENINGS"):
        texts.extend(getattr(lexicon, name))
    return [*SPECIAL, *sorted(set("".join(texts)))]


def first_line(rng: Random, language: str | None = None) -> Line:
    """Draw a first line; unless asked for, Chinese or English with equal chance."""
    language = language or rng.choice(("zh", "en"))
    return Line(language, _line(rng, language, _any_ending(rng, language)))


def sloppy_answer(rng: Random, line: Line, rhyming: float = 0.5) -> str:
    """Answer a line the way a careless writer would: what the reference policy learns from.

    Some answers are too long or too short, lack the full stop, run on, or are in the wrong language.

    Args:
        rng: source of randomness.
        line: the line to answer.
        rhyming: how often the writer looks for a rhyme (without looking, one is found by chance now and then).
    """
    language = line.language
    if rng.random() < 0.06:
        language = "en" if language == "zh" else "zh"
    ending = _any_ending(rng, language)
    if rng.random() < rhyming and language == line.language:
        ending = rng.choice(_rhyming_endings(line))
    like = None if rng.random() < 0.25 else line
    text = _line(rng, language, ending, like)
    if rng.random() < 0.06:
        text += ("，" if language == "zh" else ", ") + _line(rng, language, _any_ending(rng, language))
    if rng.random() < 0.1:
        return text
    return text + ("。" if language == "zh" else ".")


def score(line: Line, response: str, *, finished: bool) -> Score:
    """Judge an answer.

    Args:
        line: the line that was answered.
        response: the answer without special tokens.
        finished: whether the policy ended it with an end token; an answer that ran into the length limit did not.

    Returns:
        The graded reward, the strict verdict, and the parts: ``rhyme`` (1 full, 0.5 near, 0 none or the same word
        again), ``length`` (1 as many characters or words as the first line, 0.5 one more or fewer), ``ending`` (1 full
        stop and end token), ``right_language`` (share of letters in the line's language), ``fresh`` (share of characters
        or words used neither before in the answer nor in the first line). An answer without a letter earns nothing.
    """
    stop = "。" if line.language == "zh" else "."
    ended = finished and response.endswith(stop)
    body = response.removesuffix(stop)
    units = _units(body, line.language)
    if not any(char.isalpha() for char in body):
        return Score(0.0, 0.0, dict.fromkeys(WEIGHTS, 0.0))
    asked = _units(line.text, line.language)
    rhyme, same_final = _rhyme(line.language, asked[-1], units[-1])
    off = abs(len(units) - len(asked))
    seen = set(asked) - STOPWORDS
    fresh = 0
    for unit in units:
        fresh += unit not in seen
        seen |= {unit} - STOPWORDS
    parts = {
        "rhyme": rhyme,
        "length": max(0.0, 1.0 - off / 2),
        "ending": float(ended),
        "right_language": _language_share(body, line.language),
        "fresh": fresh / len(units),
    }
    reward = sum(WEIGHTS[name] * part for name, part in parts.items())
    strict = float(same_final and all(part == 1.0 for part in parts.values()))
    return Score(round(reward, 6), strict, parts)


def _any_ending(rng: Random, language: str) -> str:
    table = lexicon.CHINESE_ENDINGS if language == "zh" else lexicon.ENGLISH_ENDINGS
    return rng.choice([word for kinds in table.values() for words in kinds.values() for word in words])


def _rhyming_endings(line: Line) -> list[str]:
    if line.language == "zh":
        group, _ = _CHINESE_FINALS[line.text[-1]]
        words = [word for kind in lexicon.CHINESE_ENDINGS[group].values() for word in kind]
        return [word for word in words if word[-1] != line.text[-1]]
    last = line.text.split()[-1]
    vowel, family = _ENGLISH_FAMILIES[last]
    return [word for word in lexicon.ENGLISH_ENDINGS[vowel][family] if word != last]


def _line(rng: Random, language: str, ending: str, like: Line | None = None) -> str:
    """One line that ends in ``ending``, as long as ``like`` if given, else of random length."""
    if language == "zh":
        body = rng.choice(lexicon.CHINESE_SUBJECTS) + rng.choice(lexicon.CHINESE_VERBS) + ending
        seven = len(like.text) > 5 if like else rng.random() < 0.5
        return rng.choice(lexicon.CHINESE_OPENINGS) + body if seven else body
    length = len(like.text.split()) if like and like.language == "en" else rng.choice((4, 5, 6))
    words = [rng.choice(lexicon.ENGLISH_SUBJECTS), rng.choice(lexicon.ENGLISH_VERBS), "the", ending]
    if length == 5:
        words.insert(3, rng.choice(lexicon.ENGLISH_ADJECTIVES))
    elif length >= 6:
        words.insert(0, rng.choice(lexicon.ENGLISH_OPENINGS))
    return " ".join(words)


def _units(text: str, language: str) -> list[str]:
    """What a line is counted in: characters in Chinese, words in English."""
    return [char for char in text if not char.isspace()] if language == "zh" else text.split()


def _language_share(text: str, language: str) -> float:
    letters = [char for char in text if char.isalpha()]
    right = sum(char.isascii() == (language == "en") for char in letters)
    return right / len(letters)


def _rhyme(language: str, asked: str, answered: str) -> tuple[float, bool]:
    """The grade of a rhyme, and whether the sounds agree wholly (medial included)."""
    table = _CHINESE_FINALS if language == "zh" else _ENGLISH_FAMILIES
    if asked == answered or answered not in table:
        return 0.0, False
    group, sound = table[asked]
    other_group, other_sound = table[answered]
    if language == "zh":
        if group == other_group:
            return 1.0, sound == other_sound
        return (0.5 if lexicon.CHINESE_NEAR.get(group) == other_group else 0.0), False
    if sound == other_sound:
        return 1.0, True
    return (0.5 if group == other_group else 0.0), False
