"""Opens the views that compare (groups, prompts, runs, findings) over hostile logs: each group, and each prompt's page."""

from __future__ import annotations

from collections.abc import Callable

from hostile.logs import PAIRS, TALK
from playwright.sync_api import Error, expect
from tab import Tab
from tensorboard_process import TensorBoardProcess

CheckPage = Callable[[Tab, str, str], None]
"""Looks for whatever is more than text: what was opened, and where."""


def visit_comparing(tab: Tab, server: TensorBoardProcess, check_page: CheckPage) -> list[str]:
    """Opens everything of the run of pairs.

    Args:
        tab: a page.
        server: a TensorBoard that shows the logs.
        check_page: is called with each view that is open.

    Returns:
        A sentence for each that could not be opened.
    """
    failures: list[str] = []
    groups = server.ask("groups", run=PAIRS, step_min=0, limit=200)["columns"]
    prompts = server.ask("prompts", run=PAIRS, limit=200)["columns"]["prompt_key"]
    shown = [
        (f"group {key[:40]!r}", key, step) for key, step in zip(groups["group"], groups["step"], strict=True)
    ]
    for where, key, step in shown:
        if step != 1:
            continue
        failures += _open_and_wait(tab, where, "group-member", view="groups", group=key, group_step=step)
        check_page(tab, "groups", where)
    for key in prompts:
        failures += _open_and_wait(tab, f"prompt {key}", "prompt-page", view="prompts", prompt=key)
        tab.page.wait_for_timeout(50)  # its responses come side by side behind it
        check_page(tab, "prompts", f"prompt {key}")
    for where, wanted, address in (
        ("the list of prompts", "prompt-kind", {"view": "prompts"}),
        ("the table of runs", "runs-row", {"view": "runs"}),
        ("a run beside itself", "win-rate", {"view": "runs", "run_b": PAIRS, "a_max": 1, "b_min": 2}),
        ("a run beside another", "runs", {"view": "runs", "run_b": TALK}),
        ("what looks wrong", "findings", {"view": "findings"}),
    ):
        failures += _open_and_wait(tab, where, wanted, **address)
        check_page(tab, "lists of groups, prompts, runs and findings", where)
    for prompt in tab.get("changed-prompt").all()[:1]:
        prompt.locator("button").first.click()
        check_page(tab, "lists of groups, prompts, runs and findings", "a pair of responses")
    return failures


def _open_and_wait(tab: Tab, where: str, wanted: str, **address: object) -> list[str]:
    try:
        tab.open(run=PAIRS, **address)
        expect(tab.get(wanted).first).to_be_visible()
    except (AssertionError, Error) as error:
        return [f"{where} cannot be opened: {str(error)[:200]}"]
    return []
