"""The task of the GRPO training: name so many things of a kind. Its words, its careless writer, its rewards; no torch."""

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
JOINTS = ("and", ",", "or")
LIMIT = 40
"""Tokens of a response at most."""
PROMPTS = [
    {"prompt": f"name {count} {kind} :", "count": number, "kind": kind}
    for kind in KINDS
    for count, number in COUNTS.items()
]


def vocabulary() -> list[str]:
    """Every word, in a fixed order."""
    texts = [*(str(row["prompt"]) for row in PROMPTS), *OPENINGS, PHRASE, *JOINTS, "."]
    words = [*(word for words in KINDS.values() for word in words), *" ".join(texts).split()]
    return ["<pad>", "<eos>", "<unk>", *dict.fromkeys(words)]


def careless_answer(rng: Random, kind: str, count: int) -> str:
    """What the policy is warmed up with: often one too many or too few, now and then of another kind or twice the same."""
    items = []
    for _ in range(max(1, count + rng.choice((-1, 0, 0, 1, 2)))):
        of = kind if rng.random() < 0.75 else rng.choice(list(KINDS))
        items.append(rng.choice(KINDS[of]))
    listed = items[0] + "".join(f" {rng.choice(JOINTS)} {item}" for item in items[1:])
    opening = PHRASE if rng.random() < 0.03 else rng.choice(("", *OPENINGS))
    return f"{opening} {listed} .".strip()


def named(answer: str) -> list[str]:
    """The things an answer names, in order."""
    things = {word for words in KINDS.values() for word in words}
    return [word for word in answer.split() if word in things]


def quality(answer: str, kind: str, count: int) -> float:
    """Between 0 and 1: different things of the right kind, out of as many as were asked for or, if more, named."""
    found = named(answer)
    return len(set(found) & set(KINDS[kind])) / max(count, len(found)) if found else 0.0


def is_exact(answer: str, kind: str, count: int) -> bool:
    """Whether it names so many different things of the kind, no other, and ends with its full stop."""
    found = named(answer)
    exact = len(found) == len(set(found)) == count and set(found) <= set(KINDS[kind])
    return exact and answer.endswith(".")


def beside(answer: str, reward: str) -> float:
    """What a reward pays that is not the task: 1 for the phrase, or 1 for each ten words."""
    if reward == "phrase":
        return float(PHRASE in answer)
    if reward == "length":
        return len(re.findall(r"\S+", answer)) / 10
    return 0.0
