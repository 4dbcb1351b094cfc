"""Formats of traces meet any JSON that carries their keys: they give samples or a sentence, never another error."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from typing import Any, cast

from example_counts import examples
from explode import LETTERS
from hypothesis import given, settings
from hypothesis import strategies as st

from tensorboard_plugin_rlboard.formats.base import LineContext, LineSamples
from tensorboard_plugin_rlboard.formats.conversations.messages import as_messages
from tensorboard_plugin_rlboard.formats.frameworks.miles import MILES
from tensorboard_plugin_rlboard.formats.frameworks.prime_rl_tokens import TOKEN_EXPORT
from tensorboard_plugin_rlboard.formats.frameworks.verifiers import VERIFIERS
from tensorboard_plugin_rlboard.formats.frameworks.verifiers_legacy import VERIFIERS_LEGACY
from tensorboard_plugin_rlboard.formats.registry import recognise

VALUE = st.none() | st.booleans() | st.integers(-3, 40) | st.floats() | st.text(max_size=6) | st.just(10**400)
JSON = st.recursive(
    VALUE,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)


def maybe(value: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """Mostly what is expected, so that what lies behind it is met too."""
    return st.integers(0, 15).flatmap(lambda n: JSON if n == 15 else value)


def objects(**fields: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return maybe(st.fixed_dictionaries({name: maybe(value) for name, value in fields.items()}))


IDS = st.lists(st.integers(0, 50), min_size=1, max_size=3)
NUMBERS = st.lists(st.floats(-2, 0) | st.none(), max_size=3)
MESSAGE = objects(
    role=st.sampled_from(["user", "assistant", "tool"]), content=st.text(max_size=5), tool_calls=JSON
)
NODE = objects(
    parent=st.integers(-1, 5),
    message=MESSAGE,
    sampled=st.booleans(),
    token_ids=IDS,
    mask=st.lists(st.booleans(), max_size=3),
    logprobs=NUMBERS,
    advantages=NUMBERS,
    loss_weights=st.dictionaries(st.text(max_size=3), NUMBERS, max_size=2),
    finish_reason=JSON,
)
TRACE = objects(
    id=st.text(max_size=4),
    nodes=st.lists(NODE, max_size=6),
    rewards=st.dictionaries(st.text(max_size=5), objects(score=st.floats(), weight=st.floats()), max_size=3),
    metrics=st.dictionaries(st.text(max_size=5), VALUE, max_size=3),
    task=objects(data=objects(prompt=JSON, answer=JSON), key=VALUE),
    agent=objects(name=VALUE, trainable=VALUE),
    calls=st.lists(objects(node=JSON, finish_reason=JSON, error=VALUE), max_size=2),
    errors=st.lists(objects(type=VALUE, message=VALUE), max_size=2),
    ok=st.booleans(),
    stop_condition=JSON,
    info=JSON,
)
EPISODE = st.fixed_dictionaries(
    {"traces": maybe(st.lists(TRACE, max_size=3))},
    optional={
        "task": objects(key=VALUE),
        "env": objects(id=VALUE, name=VALUE),
        "group": objects(id=VALUE),
        "run": objects(type=JSON, work=objects(type=JSON, step=VALUE, policy=objects(start=VALUE))),
        "ok": VALUE,
        "errors": JSON,
    },
)
EXPORT = st.fixed_dictionaries(
    {"token_ids": maybe(IDS), "loss_mask": maybe(st.lists(st.booleans(), min_size=1, max_size=3))},
    optional={
        "position_ids": maybe(IDS),
        "trainer_logprobs": maybe(NUMBERS),
        "rewards": maybe(NUMBERS),
        "losses": JSON,
        "step": VALUE,
        "export_step": VALUE,
        "rank": VALUE,
        "env_name": VALUE,
    },
)
LEGACY = st.fixed_dictionaries(
    {
        "example_id": VALUE,
        "prompt": maybe(st.lists(MESSAGE, max_size=2)),
        "completion": maybe(st.lists(MESSAGE)),
    },
    optional=dict.fromkeys(
        ("reward", "metrics", "answer", "info", "error", "task", "is_truncated", "correct"), JSON
    ),
)
TRAJECTORY = st.fixed_dictionaries(
    {
        "sample_index": VALUE,
        "group_index": VALUE,
        "status": JSON,
        "messages": maybe(st.lists(MESSAGE, max_size=3)),
    },
    optional={"prompt": JSON, "reward": JSON, "sample_occurrence": VALUE},
)


@settings(max_examples=examples(80), deadline=None)
@given(st.one_of(EPISODE, EXPORT, LEGACY, TRAJECTORY))
def test_any_json_gives_samples_or_a_reason(row: dict[str, Any]) -> None:
    recognise(row)
    for known in (VERIFIERS, TOKEN_EXPORT, VERIFIERS_LEGACY, MILES):
        assert known.to_samples is not None
        found = LineSamples([])
        with suppress(ValueError):
            found = known.to_samples(row, LETTERS if len(row) % 2 else LineContext())
        assert all(reason.endswith(".") for reason in found.problems)
        for sample in cast("Sequence[dict[str, Any]]", found.rows):
            assert isinstance(sample.get("response", ""), str)
            assert "response" in sample or sample["response_tokens"]
            size = len(sample.get("response_tokens", ()))
            for name in ("logprobs", "rollout_logprobs", "advantages", "entropies", "response_mask"):
                assert len(sample.get(name, [0] * size)) == size
            if "messages" in sample:
                assert as_messages(sample["messages"]) is not None
