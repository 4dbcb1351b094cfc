"""The short form of hostile text: some of every kind in few samples; and that what is more than text is noticed."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TypeVar

import browser as finder
import pytest
from hostile.logs import RUN, TALK, write_hostile
from hostile.payloads import KINDS, payloads
from hostile.visit import FOREIGN
from hostile_text import FLAGS, attack
from playwright.sync_api import sync_playwright

Found = TypeVar("Found")
_LEAST = 150
ALIVE = (
    "<img src=data:,>",
    "<p onclick=a()>",
    "<a href=' javascript:a()'>",
    "<p style='background:url(data:,)'>",
    "<script>window.pwned = 1</script>",
    "<script>Object.prototype.x = 1</script>",
)


def apart(ask: Callable[[], Found]) -> Found:
    """In a thread of its own: Playwright has one driver a thread, and that of other tests may be in this one."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(ask).result()


def test_there_are_many_payloads_of_every_kind() -> None:
    found = payloads()
    assert found.keys() == KINDS.keys()
    assert sum(map(len, found.values())) >= _LEAST
    assert all(len(texts) == len(set(texts)) for texts in found.values())


def test_every_payload_stands_in_every_text(tmp_path: Path) -> None:
    texts = [text for found in payloads().values() for text in found]
    runs = write_hostile(tmp_path, texts, 12)
    assert len(runs) > 10
    for run in (RUN, TALK):
        written = (tmp_path / run / "a.jsonl").read_bytes().splitlines()
        assert [json.loads(line)["reward"] for line in written[: len(texts)]] == [
            number / 100 for number in range(len(texts))
        ]
    row = json.loads((tmp_path / RUN / "a.jsonl").read_bytes().splitlines()[0])
    assert [key for key, value in row.items() if value == texts[0]] == [
        *("prompt", "group_id", "ref_response", "ground_truth", "finish_reason", "note")
    ]
    assert texts[0] in row


@pytest.mark.browser
def test_hostile_text_stays_text() -> None:
    if finder.find() is None:
        pytest.skip(finder.ADVICE)
    kinds = [texts[0][:200] + texts[-1][:200] for texts in payloads().values()]
    seen = apart(lambda: attack(["".join(kinds[at::4]) for at in range(4)], 1))
    assert seen.failures == []
    assert seen.counts["opened samples"] == 2 * 4 + 4


def noticed_in(path: str, contents: Iterable[str]) -> dict[str, bool]:
    """Content -> whether something in its page is more than text."""
    found = {}
    with sync_playwright() as driver:
        opened = driver.chromium.launch(executable_path=path, args=list(FLAGS))
        try:
            for content in contents:
                shown = opened.new_page()
                shown.set_content(content)
                found[content] = bool(shown.evaluate(FOREIGN))
        finally:
            opened.close()
    return found


@pytest.mark.browser
def test_what_is_more_than_text_is_noticed() -> None:
    path = finder.find()
    if path is None:
        pytest.skip(finder.ADVICE)
    noticed = apart(lambda: noticed_in(path, ("<p>text", *ALIVE)))
    assert noticed == {"<p>text": False, **dict.fromkeys(ALIVE, True)}
