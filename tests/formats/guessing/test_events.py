"""OpenHands' histories: events with a source and an action or an observation are a conversation."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from understood import read

from tensorboard_plugin_rlboard.formats.generic.turns import as_conversation

ASKED = {"source": "user", "action": "message", "args": {"content": "Fix it."}, "message": "Fix it."}
LOOKED = {"id": 1, "source": "agent", "action": "run", "args": {"command": "ls", "thought": "I look."}}
SEEN = {"id": 2, "source": "agent", "observation": "run", "content": "a.py", "extras": {"command": "ls"}}
BROWSED = {"source": "agent", "action": "browse", "args": {"url": "http://a"}, "message": "Browsing"}
DONE = {"source": "agent", "action": "finish", "args": {"outputs": {}, "thought": ""}, "message": "All done."}
FAILED = {"source": "environment", "observation": "error", "message": "no such file"}


def test_events_are_messages() -> None:
    assert as_conversation([ASKED, LOOKED, SEEN, BROWSED, FAILED, DONE]) == [
        {"role": "user", "content": "Fix it."},
        {"role": "assistant", "content": "ls", "thinking": "I look."},
        {"role": "tool", "content": "a.py"},
        {"role": "assistant", "content": '{"action": "browse", "url": "http://a"}'},
        {"role": "tool", "content": "no such file"},
        {"role": "assistant", "content": "All done."},
    ]


def test_events_in_pairs_and_system_prompts() -> None:
    system = {"source": "agent", "action": "system", "args": {"content": "Be brief."}}
    found = as_conversation([[system, ASKED], [LOOKED, SEEN]])
    assert found is not None
    assert [message["role"] for message in found] == ["system", "user", "assistant", "tool"]


def test_other_lists_are_no_events() -> None:
    others: list[Any] = [
        [{"source": "web", "action": "click"}],
        [{"source": "agent", "action": "run"}],
        [[{"role": "user", "content": "Hi"}], [{"role": "assistant", "content": "Hello"}]],
        [[]],
    ]
    # The first two are turns of another kind, of which each has an action.
    assert [as_conversation(one) is None for one in others] == [False, False, True, True]


def test_history_of_events_is_the_conversation(tmp_path: Path) -> None:
    row = {
        "instance_id": "d-1",
        "instruction": "Fix it.",
        "history": [ASKED, LOOKED, SEEN, DONE],
        "resolved": True,
    }
    ((prompt, response, reward),) = read(tmp_path, [row], "prompt", "response", "reward")
    assert (prompt, reward) == ("Fix it.", True)
    assert all(part in response for part in ("I look.", "ls", "a.py", "All done."))
