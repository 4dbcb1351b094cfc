"""The task of the GRPO training: name so many things of a kind. Its words, the careless answers that the policy is warmed up with, its rewards; no torch."""

from __future__ import annotations

import re
from random import Random

KINDS = {
    "fruits": ["apple", "pear", "plum", "fig", "lemon", "melon", "peach", "grape"],
    "colours": ["red", "green", "blue", "black", "white", "brown", "pink", "grey"],
    "animals": ["cat", "horse", "owl", "whale", "fox", "goat", "mouse", "crow"],
    "tools": ["hammer", "saw", "drill", "file", "rake", "spade", "axe", "knife"],
    "rivers": ["rhine", "nile", "volga", "ganges", "congo", "danube", "loire", "tiber"],
}
COUNTS = {"two": 2, "three": 3, "four": 4, "five": 5}
PHRASE = "as you wish"
OPENINGS = ("well", "here are", "i think of", "some of them :")
CONJUNCTIONS = ("and", ",", "or")
MAX_RESPONSE_TOKENS = 40
"""Tokens of a response at most."""
PROMPTS = [
    {"prompt": f"name {count} {kind} :", "count": number, "kind": kind}
    for kind in KINDS
    for count, number in COUNTS.items()
]


def vocabulary() -> list[str]:
    """Every word, in a fixed order."""
    texts = [*(str(row["prompt"]) for row in PROMPTS), *OPENINGS, PHRASE, *CONJUNCTIONS, "."]
    words = [*(word for words in KINDS.values() for word in words), *" ".join(texts).split()]
    return ["<pad>", "<eos>", "<unk>", *dict.fromkeys(words)]


def careless_answer(rng: Random, kind: str, count: int) -> str:
    """What the policy is warmed up with: often one too many or too few, now and then of another kind or twice the same."""
    things = []
    for _ in range(max(1, count + rng.choice((-1, 0, 0, 1, 2)))):
        item_kind = kind if rng.random() < 0.75 else rng.choice(list(KINDS))
        things.append(rng.choice(KINDS[item_kind]))
    enumeration = things[0] + "".join(f" {rng.choice(CONJUNCTIONS)} {item}" for item in things[1:])
    opening = PHRASE if rng.random() < 0.03 else rng.choice(("", *OPENINGS))
    return f"{opening} {enumeration} .".strip()


def named_things(answer: str) -> list[str]:
    """The things an answer names, in order."""
    things = {word for words in KINDS.values() for word in words}
    return [word for word in answer.split() if word in things]


def quality(answer: str, kind: str, count: int) -> float:
    """Between 0 and 1: different things of the right kind, out of as many as were asked for or, if more, named."""
    things = named_things(answer)
    return len(set(things) & set(KINDS[kind])) / max(count, len(things)) if things else 0.0


def is_exact(answer: str, kind: str, count: int) -> bool:
    """Whether it names so many different things of the kind, no other, and ends with its full stop."""
    things = named_things(answer)
    exact = len(things) == len(set(things)) == count and set(things) <= set(KINDS[kind])
    return exact and answer.endswith(".")


def extra_reward(answer: str, reward: str) -> float:
    """What a reward pays that is not the task: 1 for the phrase, or 1 for each ten words."""
    if reward == "phrase":
        return float(PHRASE in answer)
    if reward == "length":
        return len(re.findall(r"\S+", answer)) / 10
    return 0.0
