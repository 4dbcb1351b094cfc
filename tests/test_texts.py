from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tensorboard_plugin_rlboard.texts import TextRules, cut_prompt, cut_prompts, cut_response, excerpt

texts = st.text(st.sampled_from("ab .\n<pad>威🙂é"), max_size=40)
PAD = "<pad>"


def test_no_rules_change_nothing() -> None:
    assert TextRules().apply_prompt(" <pad>x ") == " <pad>x "
    assert TextRules(pad=("",)).apply_response("x") == "x"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("<pad><pad>hello<pad>", "hello"),
        ("<pad> <pad>\n hello \n<pad>\n<pad> \n", "\n hello \n"),
        ("  <pad>hello", "hello"),
        ("hello <pad> there", "hello <pad> there"),
        ("<pad>a<pad>b<pad>", "a<pad>b"),
        ("<pad><|end|><pad>a<|end|><pad>", "a"),
        ("<pad><pad>", ""),
        (" <pad> ", " "),
        ("  hello  ", "  hello  "),
        ("<pa", "<pa"),
    ],
)
def test_pads_are_taken_away_at_the_ends_only(text: str, shown: str) -> None:
    rules = TextRules(pad=(PAD, "<|end|>"))
    assert rules.apply_prompt(text) == shown
    assert rules.apply_response(text) == shown


def test_longer_pad_wins_over_one_that_it_begins_with() -> None:
    assert TextRules(pad=("<p", "<pad>")).apply_response("<pad>x<pad>") == "x"


@given(
    text=texts.filter(lambda text: PAD not in text),
    before=st.lists(st.sampled_from(["", " ", "\n "])),
    after=st.lists(st.sampled_from(["", " ", "\n "])),
)
def test_what_stands_between_pads_is_kept_as_it_is(text: str, before: list[str], after: list[str]) -> None:
    padded = "".join(space + PAD for space in before) + text + "".join(PAD + space for space in after)
    shown = TextRules(pad=(PAD,)).apply_response(padded)
    # A text that ends in "<p" may make a pad with nothing but itself; only whole pads count.
    assert shown == text or not text.strip()
    assert PAD not in shown


@given(text=texts, pads=st.lists(st.sampled_from([PAD, " ", "a", "\n"]), max_size=3))
def test_pads_taken_away_once_are_gone(text: str, pads: list[str]) -> None:
    rules = TextRules(pad=tuple(pads))
    shown = rules.apply_response(text)
    assert shown in text
    assert rules.apply_response(shown) == shown


def test_prompt_is_shown_from_behind_the_first_marker() -> None:
    rules = TextRules(pad=(PAD,), system_end="<|end|>")
    assert rules.apply_prompt("<pad>be nice<|end|>hi<|end|>yes?<pad>") == "hi<|end|>yes?"
    assert rules.apply_prompt("no marker") == "no marker"
    assert rules.apply_prompt("marker at the end<|end|>") == ""
    assert rules.apply_response("a<|end|>b") == "a<|end|>b"


def test_cuts_keep_the_telling_ends() -> None:
    assert cut_prompt("0123456789", 5) == "…6789"
    assert cut_response("0123456789", 5) == "01…89"
    assert cut_response("0123456789", 6) == "012…89"
    assert cut_prompt("威" * 301) == "…" + "威" * 299


@given(text=texts, limit=st.integers(1, 45))
def test_cuts_stay_within_the_limit(text: str, limit: int) -> None:
    prompt, response = cut_prompt(text, limit), cut_response(text, limit)
    if len(text) <= limit:
        assert prompt == response == text
        return
    assert len(prompt) == len(response) == limit
    assert text.endswith(prompt.removeprefix("…"))
    head, _, tail = response.partition("…")
    assert text.startswith(head)
    assert text.endswith(tail)
    assert 0 <= len(head) - len(tail) <= 1


def test_prompts_with_one_end_are_cut_where_they_part() -> None:
    task = "Answer within a box, and think first. " * 20
    prompts = [f"What is {n} times 7? {task}" for n in (12, 13)] + [f"Name a river. {task}", "Who?"]
    cut = cut_prompts(prompts, 40)
    assert cut == {
        # 40 characters. All three part at the first one; from there on those two are still told apart.
        prompts[0]: "What is 12 times 7? Answer within a box…",
        prompts[1]: "What is 13 times 7? Answer within a box…",
        prompts[2]: "Name a river. Answer within a box, and …",
        "Who?": "Who?",
    }
    system = "You are kind. " * 20
    asked = [f"{system}{what}{task}" for what in ("So?", "Why?")]
    assert list(cut_prompts(asked, 40).values()) == [
        # A third of 40, 13, stands before the place where they part.
        "…ou are kind. So?Answer within a box, a…",
        "…ou are kind. Why?Answer within a box, …",
    ]


@example(beginnings={"xxay", "xxbz"}, end="the end", limit=3)
@given(beginnings=st.sets(texts, min_size=2, max_size=8), end=texts, limit=st.integers(3, 20))
def test_no_two_prompts_with_one_end_are_cut_alike(beginnings: set[str], end: str, limit: int) -> None:
    prompts = {beginning + end for beginning in beginnings}
    cut = cut_prompts(prompts, limit)
    assert cut.keys() == prompts
    assert all(len(shown) <= limit for shown in cut.values())
    if len({cut_prompt(prompt, limit) for prompt in prompts}) == 1:
        assert len(set(cut.values())) == len(prompts)


@given(text=texts, data=st.data(), limit=st.integers(3, 45))
def test_excerpt_shows_the_hit(text: str, data: st.DataObject, limit: int) -> None:
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, len(text)))
    shown, begin, stop = excerpt(text, start, end, limit)
    assert len(shown) == min(len(text), limit)
    assert 0 <= begin <= stop <= len(shown)
    bare = shown.removeprefix("…").removesuffix("…")
    assert bare in text
    assert len(bare) >= len(shown) - 2
    if len(text) <= limit or end - start <= limit - 2:
        assert shown[begin:stop] == text[start:end]
    else:
        assert text[start:end].startswith(shown[begin:stop])
        assert stop - begin >= limit - 2
    # "…" stands exactly where something was left out.
    left, right = shown.startswith("…"), shown.endswith("…")
    origin = start - begin + left
    assert text[origin : origin + len(bare)] == bare
    assert (origin > 0, origin + len(bare) < len(text)) == (left, right)


def test_excerpt_has_the_hit_in_its_middle() -> None:
    text = "x" * 1000 + "hit" + "y" * 1000
    shown, begin, stop = excerpt(text, 1000, 1003)
    assert shown == "…" + "x" * 147 + "hit" + "y" * 148 + "…"
    assert shown[begin:stop] == "hit"
    assert excerpt(text, 0, 1)[0] == "x" * 299 + "…"
