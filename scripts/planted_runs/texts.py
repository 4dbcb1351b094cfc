"""Prompts and responses with words as a model writes them: sums of everyday life, in English and in Chinese."""

from __future__ import annotations

import itertools
import re
from dataclasses import dataclass

import numpy as np

END = "<|im_end|>"
"""The token that ends a response; it is no part of its text."""
_TOKEN = re.compile(r" ?[A-Za-z']+|\d|[一-鿿]{1,2}|\n| ?[^\w\s]|\s|.", re.DOTALL)

_NAMES = {
    "en": ("Tom", "Mia", "Ada", "Leo", "Nora", "Sam"),
    "zh": ("小明", "小红", "李华", "王芳", "张伟", "陈静"),
}
_THINGS = {
    "en": ("apples", "books", "stamps", "marbles", "tickets", "pencils"),
    "zh": ("苹果", "书包", "鸡蛋", "弹珠", "气球", "橘子"),
}
_QUESTION = {
    "en": "{name} has {a} {thing} and buys {b} more. How many {thing} does {name} have now?",
    "zh": "{name}有{a}个{thing}，又买了{b}个。{name}现在一共有多少个{thing}？",
}
_OPENINGS = {
    "en": (
        "Let us think step by step.",
        "First, write down what is known.",
        "We start with {a} {thing}.",
        "{name} begins with {a}.",
        "Here two amounts are put together.",
    ),
    "zh": (
        "我们一步一步来想。",
        "先写出已知条件。",
        "一开始有{a}个{thing}。",
        "{name}原来有{a}个。",
        "这道题要把两个数加起来。",
    ),
}
_FILLERS = {
    "en": (
        "After buying {b} more, the number grows.",
        "So we add {b} to {a}.",
        "The tens and the ones are added separately.",
        "Nothing is given away in this story.",
        "It helps to draw a line with marks.",
        "We check the sum by taking {b} away again.",
        "The order of the two numbers does not matter.",
        "Only whole {thing} are counted.",
        "That is the same as counting on from {a}.",
        "Writing the numbers below each other avoids mistakes.",
    ),
    "zh": (
        "又买了{b}个，所以数量变多了。",
        "于是用{a}加上{b}。",
        "个位和十位分别相加。",
        "题目里没有送出去的东西。",
        "可以画一条数轴来帮助理解。",
        "再减去{b}来检验一下。",
        "两个加数的顺序不影响结果。",
        "这里只数完整的{thing}。",
        "这相当于从{a}接着往下数。",
        "列竖式可以避免算错。",
    ),
}
_ANSWERS = {
    "en": ("The answer is {sum}.", "So {name} has {sum} {thing}.", "{a} + {b} = {sum}."),
    "zh": ("答案是{sum}。", "所以{name}一共有{sum}个{thing}。", "{a}+{b}={sum}。"),
}
_SPACE = {"en": " ", "zh": ""}


@dataclass(frozen=True)
class Problem:
    """A sum in words, in one language; `hardness` is how much less often it is solved, as a log-odds."""

    language: str
    name: str
    thing: str
    a: int
    b: int
    hardness: float

    @property
    def prompt(self) -> str:
        """The question."""
        return self._answer_sentence(_QUESTION[self.language])

    @property
    def answer(self) -> str:
        """The answer key."""
        return str(self.a + self.b)

    def _answer_sentence(self, words: str, total: int = 0) -> str:
        return words.format(name=self.name, thing=self.thing, a=self.a, b=self.b, sum=total)

    def response(self, sentences: int, *, correct: bool, rng: np.random.Generator) -> str:
        """A response with so many sentences before the sentence that gives the answer."""
        total = self.a + self.b + (0 if correct else int(rng.choice([-10, -1, 1, 2, 10])))
        fillers = _FILLERS[self.language]
        order = [fillers[i % len(fillers)] for i in rng.permutation(max(sentences - 1, len(fillers)))]
        opening = [_pick(_OPENINGS[self.language], rng)] if sentences else []
        chosen_sentences = [*opening, *order[: max(0, sentences - 1)], _pick(_ANSWERS[self.language], rng)]
        return _SPACE[self.language].join(self._answer_sentence(words, total) for words in chosen_sentences)


def problems(count: int, rng: np.random.Generator) -> list[Problem]:
    """Different problems, every other one in Chinese."""
    made: dict[str, Problem] = {}
    while len(made) < count:
        language = ("en", "zh")[len(made) % 2]
        a, b = int(rng.integers(11, 90)), int(rng.integers(3, 80))
        name, thing = _pick(_NAMES[language], rng), _pick(_THINGS[language], rng)
        problem = Problem(language, name, thing, a, b, float(rng.normal(0, 0.7)))
        made[problem.prompt] = problem
    return list(made.values())


def tokens_of(text: str) -> list[str]:
    """The text in pieces as a tokenizer makes them; joined they are the text again."""
    return _TOKEN.findall(text)


def tokens_from(text: str, character: int) -> tuple[int, ...]:
    """The positions of the tokens that hold characters of a text from a given character on.

    What is written behind a text may be in one token with its last signs: a space and the word behind it.
    """
    ends = itertools.accumulate(map(len, tokens_of(text)))
    return tuple(position for position, end in enumerate(ends) if end > character)


def _pick(words: tuple[str, ...], rng: np.random.Generator) -> str:
    return words[int(rng.integers(len(words)))]
