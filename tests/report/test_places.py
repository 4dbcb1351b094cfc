"""Which words a report quotes, and the addresses that its numbers lead to."""

from __future__ import annotations

import pytest

from tensorboard_plugin_rlboard.api import FindingEvidence, FindingSymptom
from tensorboard_plugin_rlboard.report.examples import CHARACTERS_EACH_SIDE, TOKENS_EACH_SIDE, window
from tensorboard_plugin_rlboard.report.links import Links, wrong_address
from tensorboard_plugin_rlboard.texts import visible


def test_the_tokens_around_the_place() -> None:
    tokens = [" a"] * 16_384
    assert window(tokens, 8_000) == (8_000 - TOKENS_EACH_SIDE, 8_001 + TOKENS_EACH_SIDE)
    assert window(tokens, 2) == (0, 3 + TOKENS_EACH_SIDE)
    assert window(tokens, 16_383) == (16_383 - TOKENS_EACH_SIDE, 16_384)
    assert window(tokens, None) == (0, 2 * TOKENS_EACH_SIDE)
    assert window(["a", "b"], 1) == (0, 2)


def test_long_tokens_leave_less_room() -> None:
    long = "x" * (CHARACTERS_EACH_SIDE // 2)
    assert window([long] * 9, 4) == (2, 7)
    assert window(["x" * 10 * CHARACTERS_EACH_SIDE] * 9, 4) == (4, 5)
    assert window(["x" * 10 * CHARACTERS_EACH_SIDE] * 9, None) == (0, 1)


def test_an_address_is_spelt_as_the_tab_does() -> None:
    links = Links("http://host:6006/", "a b/ü&x", "train")
    assert links.to(view="findings", step=0, sample="", token=None) == (
        "http://host:6006/#rlboard&p.rlboard.run=a%20b%2F%C3%BC%26x&p.rlboard.split=train"
        "&p.rlboard.view=findings&p.rlboard.step=0"
    )


def test_the_samples_of_a_symptom_are_listed_in_its_order() -> None:
    evidence = FindingEvidence(
        "log_ratio_mean", "asc", "log_ratio_mean < 0", 3, 9, "log_ratio", grouped=False
    )
    one = FindingSymptom("negative_kl", "warning", "title", "summary", (3, 9), "log_ratio_mean", evidence)
    assert Links("http://host/", "a").to_list(one) == (
        "http://host/#rlboard&p.rlboard.run=a&p.rlboard.view=samples&p.rlboard.step=9&p.rlboard.step_min=3"
        "&p.rlboard.step_max=9&p.rlboard.about=log_ratio_mean&p.rlboard.about_order=asc"
        "&p.rlboard.where=log_ratio_mean%20%3C%200&p.rlboard.metric=log_ratio"
    )


@pytest.mark.parametrize(
    "address", ["javascript:alert(1)", "ftp://x/", "http://", "x", "http://[", "http://a/#b", ""]
)
def test_an_address_that_is_none_is_refused(address: str) -> None:
    assert wrong_address(address).startswith(f"--tab-url {address}: it takes an address such as http://")


def test_an_address_of_a_proxy_is_taken() -> None:
    assert wrong_address("https://host/user/x/proxy/6006/") == ""


def test_nothing_hides_in_a_text() -> None:
    assert visible("a\nb\tc\x00\u202e\ud800\x7f") == "a\nb⇥c␀⟨U+202E⟩⟨U+D800⟩⟨U+007F⟩"
    assert visible("é 中 👩‍💻") == "é 中 👩‍💻"
