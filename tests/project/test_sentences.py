"""Every sentence that the server says is in Chinese as well, and the list of them is no longer than what is said."""

from __future__ import annotations

import ast
import re

import pytest
import sentences

from tensorboard_plugin_rlboard.texts import plural

TRANSLATED = {name: sentences.read_translations(name) for name in (*sentences.FILES, sentences.ELSEWHERE)}
Said = dict[str, dict[str, sentences.Sentence]]
_COUNTED = re.compile(
    r"\{(?!(?:max|most|longest|limit|seconds|wait)\w*\})\w+\} (?:other |more |further |different |response |sampled )?"
    r"(?!(?:as|is|has|was|its|this|answers|begins|cannot|does|holds|means|sets|stands|takes|times|nats|deviations)\b)[a-z]+s\b"
)
"""A number and the plural of what is counted. Limits are constants, and what is measured is `1.0 nats`."""
_NEVER_ONE = (
    "it becomes a program of about",
    "One of these samples has texts of",
    " These are {tokens} nats",
    ", {length} tokens long on average",
    "They have grown from",
    "From step {first} to {last} the weights that sampled",
    "From step {first} to {last} logprobs and rollout_logprobs",
    "{key} has {value} values, some of them before",
    "{key} is one value for the {count} samples",
    "The line holds {samples} samples; more than",
    "The line has {samples} samples and",
    "A trace has {branches} branches; the last",
    "The annotation has {bytes} bytes; those of more than",
    "it merges (<<) and has",
    "{shown}: [reference] takes one of",
    "The table traces has {columns} columns; at most",
    "{store} answered wrongly in {attempts} attempts",
    "{store} did not answer in {attempts} attempts",
)
"""How sentences begin that are said only of several, or of means."""


@pytest.fixture(scope="module")
def said() -> Said:
    """What the server says; to find it every module is parsed, which only the process of these tests has to do."""
    return sentences.collect_all()


def templates(source: str) -> list[str]:
    """The sentences of a source text."""
    return [sentence.template for sentence in sentences.sentences_in(ast.parse(source), "x.py")]


def test_the_sentences_are_found(said: Said) -> None:
    assert list(said) == list(sentences.FILES)
    assert all(len(found) > 30 for found in said.values())
    assert "There is no run {}; runs: none yet." in said["board"]
    assert "It is torn or damaged inside." in said["sources"]


@pytest.mark.parametrize("name", sentences.FILES)
def test_each_is_said_in_chinese(name: str, said: Said) -> None:
    translated = {sentences.shape_of(template) for template, chinese in TRANSLATED[name].items() if chinese}
    missing = {one.template: one.place for shape, one in said[name].items() if shape not in translated}
    assert not missing, "run `make sentences`, and fill in the Chinese"


@pytest.mark.parametrize("name", sentences.FILES)
def test_nothing_is_kept_that_nobody_says(name: str, said: Said) -> None:
    gone = [template for template in TRANSLATED[name] if sentences.shape_of(template) not in said[name]]
    assert not gone, "run `make sentences`"


def test_the_files_are_as_the_command_writes_them(said: Said) -> None:
    for name, found in said.items():
        assert list(TRANSLATED[name].items()) == list(
            sentences.merged_translations(found, TRANSLATED[name]).items()
        )


def test_a_sentence_is_found_wherever_it_stands() -> None:
    assert templates('raise ValueError(f"{len(x)} of {y.name} are {x} odd.")') == [
        "{x} of {name} are {x_2} odd."
    ]
    assert templates('x = "It is a very " "long one."') == ["It is a very long one."]
    assert templates("""f"It has {', '.join(x[:3]) or 'none'} of {'these' if n else f'{n} others'}." """) == [
        "It has {x} of these.",
        "It has {x} of {n} others.",
        "It has none of these.",
        "It has none of {n} others.",
    ]
    assert templates('a = "an HDF5 file" if b else "of what"') == ["an HDF5 file", "of what"]


def test_what_is_no_sentence_is_left_out() -> None:
    for source in (
        '"""A module. It says this."""',
        'logger.warning("It is so: %s", x)',
        'KEYS = ("prompt", "response_tokens", "t:response")',
        'f"SELECT a FROM b WHERE {x} = ?"',
        're.compile("a b c")',
        'Format(definition="It has no text.")',
    ):
        assert templates(source) == []


def test_new_and_old_ones_are_told_by_their_words_alone() -> None:
    said = {
        one.shape: one
        for one in sentences.sentences_in(ast.parse('a = f"{b} is {c}.", "It is new."'), "x.py")
    }
    before = {"{key} is {value}.": "{key} 是 {value}。", "It is old.": "旧的。"}
    assert sentences.merged_translations(said, before) == {
        "{key} is {value}.": "{key} 是 {value}。",
        "It is new.": "",
    }


def test_what_is_counted_has_a_singular(said: Said) -> None:
    found = [one for part in said.values() for one in part.values() if _COUNTED.search(one.template)]
    several = tuple(map(sentences.shape_of, _NEVER_ONE))
    assert {one.template: one.place for one in found if not one.shape.startswith(several)} == {}


def _without_commas(source: str) -> list[str]:
    """What a source text counts in sentences without a comma between thousands: `{n} {plural(n, …)}`."""
    texts = [node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.JoinedStr)]
    found = []
    for text in texts:
        slots = [value for value in text.values if isinstance(value, ast.FormattedValue)]
        calls = [slot.value for slot in slots if isinstance(slot.value, ast.Call)]
        counted = {ast.unparse(call.args[0]) for call in calls if ast.unparse(call.func) == "plural"}
        bare = (ast.unparse(slot.value) for slot in slots if slot.format_spec is None)
        found += [value for value in bare if value in counted]
    return found


def test_what_is_counted_has_a_comma_between_thousands() -> None:
    assert _without_commas(
        """f"{n} of {m:,} {plural(m, 'line', 'lines')}, {n} {plural(n, 'is', 'are')} bad" """
    ) == [
        "n",
        "n",
    ]
    modules = {
        module.relative_to(sentences.PACKAGE).as_posix(): _without_commas(module.read_text(encoding="utf-8"))
        for module in sentences.PACKAGE.rglob("*.py")
    }
    assert len(modules) > 300
    assert {name: found for name, found in modules.items() if found} == {}


def test_a_word_with_a_plural_is_either_of_two_words() -> None:
    said = templates(
        """f"{n} {plural(n, 'value', 'values')} of {name}; {m - 1} more {plural(m - 1, 'is', 'are')} not." """
    )
    assert said == ["{n} {|value|values} of {name}; {m} more {|is|are} not."]
    assert (plural(1, "value", "values"), plural(0, "value", "values"), plural(1.5, "a", "b")) == (
        "value",
        "values",
        "b",
    )
