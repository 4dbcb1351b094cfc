"""Whatever the arguments of a question are, it has an answer or one sentence that says what is wrong with them."""

from __future__ import annotations

import json
from typing import Any

import pytest
from contract import RUN, Stack, _no_constant
from example_counts import examples
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tensorboard_plugin_rlboard.web.routes import ROUTES, Route

_BINARY = {"/tokens", "/sample_with_tokens"}
_SAID = 700
"""Characters of a refusal at most."""
_ODD = (
    *("", " ", "0", "-0", "-1", "1", "2", "3", "1.5", "1e308", "-1e309", "5e-324", "nan", "inf", "-inf", "1e", "0x10"),
    *("9" * 30, str(2**63 - 1), str(-(2**63)), str(2**63), "1_0", "٣", "１", " 2", "+1", "²", "true", "NULL"),
    *("\0", "a\0b", "'", '"', "' OR 1=1 --", '"; DROP TABLE run_0 --', "%", "\\", "?", "$1", "{}", "[]", "*", "(", "(?i"),
    *("\u202e", "\ufeff", "\ud7ff", "\U0010ffff", "秋", "％", "../../etc/passwd", "x" * 9_999, "x" * 10_001, "步" * 4_000),
)  # fmt: skip
"""Values that somebody may send on purpose or by mistake."""
_WORDS = (
    *("train", "eval", "asc", "desc", "token", "word", "character", "reference", "sample", "position", "binary", "json"),
    *("highest", "lowest", "extreme", "best", "random", "repeated", "suspect_reference", "change", "a", "b", "weight"),
    *("logged", "distinct", "solved", "regressed", "never_beats_reference", "step:1", "step:9", "reward", "n_tokens"),
    *("k3", "k3_mean", "logprobs", "advantage", "group_rank", "prompt", "response", "prompt_key", "step", "reward > 0"),
    *("response ~ 'a'", "kl_spike_ratio:3", "a:b:1", "all_equal", "ppo", "texts", "visits", "reward_mean"),
)  # fmt: skip
"""Values that arguments take."""


class _Asked:
    """Arguments that are all absent but the run; remembers which were looked at."""

    def __init__(self) -> None:
        self.names: dict[str, None] = {}

    def get(self, key: str) -> str | None:
        self.names[key] = None
        return "ppo" if key in {"run", "id"} else None

    def getlist(self, key: str) -> list[str]:
        self.names[key] = None
        return []


def arguments_of(route: Route) -> list[str]:
    """Every argument that a route reads: one that is added is tried without anybody's doing."""
    asked = _Asked()
    route.read(asked)
    return list(asked.names)


@pytest.fixture(scope="module")
def known(stack: Stack, ids: list[str]) -> tuple[str, ...]:
    """Ids, groups and prompts that there are."""
    groups = stack.json("groups", RUN)["columns"]["group"]
    keys = stack.json("samples", RUN, ("columns", "prompt_key"))["columns"]["prompt_key"]
    return (*ids, *groups, *dict.fromkeys(keys), *_WORDS)


@pytest.mark.parametrize("route", ROUTES, ids=lambda route: route.path[1:])
@settings(max_examples=examples(25), suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_an_answer_or_a_sentence(
    route: Route, data: st.DataObject, stack: Stack, known: tuple[str, ...]
) -> None:
    values = st.one_of(st.sampled_from(known), st.sampled_from(_ODD), st.text(max_size=8))
    names = st.sampled_from(arguments_of(route))
    pairs = [RUN, *data.draw(st.lists(st.tuples(names, values), max_size=6))]
    if data.draw(st.booleans()):
        pairs += [("step", "1"), ("group", data.draw(st.sampled_from(known))), ("id", known[0])]
    if data.draw(st.booleans()):
        pairs.reverse()  # the first of each counts
    response = stack.get(route.path[1:], *pairs)
    said = response.get_data()
    assert response.status_code in {200, 400, 404}, (pairs, said[:_SAID])
    if response.status_code != 200:
        sentence = said.decode()
        assert response.mimetype == "text/plain"
        assert 10 < len(sentence) < _SAID, (pairs, sentence)
    elif route.path not in _BINARY:
        answer: Any = json.loads(said, parse_constant=_no_constant)
        assert isinstance(answer, dict)


@pytest.mark.parametrize("route", ROUTES, ids=lambda route: route.path[1:])
def test_too_long_an_argument_is_refused(route: Route, stack: Stack) -> None:
    for name in arguments_of(route):
        if name == "regex":  # anything but 1, true and yes is no
            continue
        response = stack.get(route.path[1:], (name, "x" * 10_001), RUN, ("search", "y"), ("id", "z"))
        assert response.status_code in {400, 404}, (name, response.get_data()[:200])
        assert len(response.get_data()) < _SAID, (name, response.get_data())
