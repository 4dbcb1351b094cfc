"""Quotes of any text against the logs: found in JSON and in lines, and each way to be wrong has its sentence."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tensorboard_plugin_rlboard.board.samples.question import SamplesQuestion
from tensorboard_plugin_rlboard.board.selection import Selection
from tensorboard_plugin_rlboard.doctor.indexing import indexed
from tensorboard_plugin_rlboard.report.verification import ClaimedQuote, claimed_quotes, reason_wrong


def quotes(text: str) -> list[tuple[str, str]]:
    return [(claim.where, claim.values["quote"]) for claim in claimed_quotes(text)]


def claim(quote: str = "q") -> str:
    return json.dumps({"id": "x", "position": 0, "quote": quote})


def test_quotes_are_found_wherever_they_stand() -> None:
    assert quotes(f'{{"a": [1, {claim()}]}}') == [("$.a[1]", "q")]
    text = f"It says {{x}} so: {claim('a } b')} and {claim('c')}.\n\nThen:\n{claim('d')}"
    assert quotes(text) == [("line 1", "a } b"), ("line 1", "c"), ("line 4", "d")]


@pytest.mark.parametrize(
    "text", ["", "{", '{"quote": ', '"quote" ' + "{" * 9999, '[{"id": 1, "quote": 2}]', "[" * 99999]
)
def test_what_quotes_nothing_has_none(text: str) -> None:
    assert quotes(text) == []


ROW = {
    "step": 3,
    "prompt": "What is 中?",
    "response": "one two\ud800",
    "response_tokens": ["one", " two", "\ud800"],
    "reward": 1.0,
}


def test_each_way_to_be_wrong_is_said(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_text(json.dumps(ROW) + "\n", encoding="utf-8")
    with indexed(str(tmp_path), 0) as found:
        (name,) = found.board.samples(SamplesQuestion(Selection("."))).columns["id"]

        def said(**values: Any) -> str:
            return reason_wrong(
                found.board, ClaimedQuote({"id": name, "position": 0, "quote": "one"} | values, "")
            )

        assert said() == ""
        assert said(run=".", step=3, place="tokens", position=1, quote=" tw") == ""
        assert said(place="prompt", position=8, quote="中?") == ""
        assert said(place="response", position=4, quote="two\ufffd") == ""
        assert said(position=1, quote=" two\ufffd") == ""
        assert said(position=1) == f'at position 1 of the tokens of sample {name} stands " tw", not "one".'
        assert said(quote="one two\ufffd and more").endswith('not "one two\\ufffd and more".')
        assert said(position=3) == f"position 3 is behind the end of the tokens of sample {name}."
        assert (
            said(place="prompt", position=99)
            == f"position 99 is behind the end of the prompt of sample {name}."
        )
        assert said(step=4) == f"sample {name} is of step 3, not of 4."
        assert said(run="no").startswith("There is no run no; runs: .")
        assert said(id="0000000000-0-0").startswith("Run . has no sample 0000000000-0-0")
        assert said(quote="") == "the quote is empty."
        assert said(quote=1) == "id and quote have to be texts."
        assert said(place="answer") == "place has to be one of tokens, response, prompt."
        for position in (-1, True, "0", None):
            assert said(position=position) == "position has to be a whole number from 0 on."
