"""Logs that no format knows: columns that are guessed and corrected, messages read as a conversation, a run's facts."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import rollouts
from accessibility import serious_in_light_and_dark
from hosting import Gallery, TensorBoard, until
from playwright.sync_api import expect
from tab import OpenTab, Tab

pytestmark = pytest.mark.browser

IMAGE = "<img src=nowhere onerror=parent.pwned=1>"
FOUND = "\n".join(f"{i}. the moon over the river {IMAGE}" for i in range(60))
THOUGHT = f"First I look for the poem. {IMAGE} " + "Then I think again. " * 30
ARGUMENTS = '{"query": "春江花月夜", "top_k": 60}'


def talk(step: int, index: int) -> rollouts.Row:
    """A sample of an agent: it thinks, calls a tool, and answers."""
    return {
        "messages": [
            {"role": "system", "content": "You are an agent with tools. " * 40},
            {"role": "user", "content": f"Who wrote 春江花月夜? {IMAGE}"},
            {
                "role": "assistant",
                "content": None,
                "reasoning_content": THOUGHT,
                "tool_calls": [{"id": "call_1", "function": {"name": "search", "arguments": ARGUMENTS}}],
                "sampled": True,
            },
            {"role": "tool", "name": "search", "tool_call_id": "call_1", "content": FOUND},
            {"role": "assistant", "content": f"Zhang Ruoxu wrote it, says {index}.", "sampled": True},
        ],
        "score": index / 4,
        "step": step,
    }


def answered(step: int, index: int) -> rollouts.Row:
    """A sample under somebody's own names."""
    return {"question": f"{index} + 1?", "answer": str(index + 1), "score": index / 4, "iteration": step}


def coloured(step: int, index: int) -> rollouts.Row:
    """A sample with tokens and their numbers, and with the conversation they end."""
    row = rollouts.sample(step, index)
    asked = {"role": "user", "content": row["prompt"]}
    said = {"role": "assistant", "content": row["response"], "sampled": True}
    return {**row, "messages": [asked, said]}


@pytest.fixture(scope="module")
def server(gallery: Gallery, tmp_path_factory: pytest.TempPathFactory) -> TensorBoard:
    made = tmp_path_factory.mktemp("conversations")
    for name, row in {"agent": talk, "own": answered, "coloured": coloured}.items():
        rollouts.write(made / name, [row(step, i) for step in (1, 2) for i in range(4)])
    return gallery.show(made, "agent", "own", "coloured")


def open_first(tab: Tab, run: str) -> Tab:
    tab.open(run=run, view="samples", step=2)
    tab.get("sample-row").first.click()
    expect(tab.get("drawer")).to_be_visible()
    return tab


def test_messages_are_a_conversation_of_texts(server: TensorBoard, open_tab: OpenTab) -> None:
    tab = open_first(open_tab(server), "agent")
    messages = tab.get("message")
    expect(messages).to_have_count(5)
    roles = messages.evaluate_all("all => all.map((one) => one.dataset.role)")
    assert roles == ["system", "user", "assistant", "tool", "assistant"]
    expect(tab.get("conversation")).to_contain_text("5 messages, 2 of them sampled")
    expect(messages.nth(1)).to_contain_text(IMAGE)
    expect(tab.get("tool-call")).to_contain_text(ARGUMENTS)
    # Long ones are folded: the reader comes to the answer without scrolling past sixty results.
    expect(messages.nth(3)).not_to_contain_text("30. the moon")
    messages.nth(3).get_by_role("button", name="more characters").click()
    expect(messages.nth(3)).to_contain_text("30. the moon")
    thinking = tab.get("thinking").get_by_role("button")
    expect(thinking).to_have_attribute("aria-expanded", "false")
    thinking.press("Enter")
    expect(tab.get("thinking")).to_contain_text(THOUGHT.strip())
    assert tab.js("() => document.querySelectorAll('img').length") == 0
    assert tab.page.evaluate("() => 'pwned' in window") is False


def test_conversation_and_text_are_one_key_apart_and_remembered(
    server: TensorBoard, open_tab: OpenTab
) -> None:
    tab = open_first(open_tab(server), "coloured")
    expect(tab.get("token").first).to_be_visible()
    tab.press("v")
    expect(tab.get("message")).to_have_count(2)
    expect(tab.get("token")).to_have_count(0)
    tab.reload()
    expect(tab.get("message")).to_have_count(2)
    # A key of the tokens leads to them.
    tab.get("drawer").press("n")
    expect(tab.get("token").first).to_be_visible()
    expect(tab.get("token-info")).to_contain_text("token ")


def test_a_guess_is_said_and_the_file_that_it_gives_ends_it(
    gallery: Gallery, open_tab: OpenTab, tmp_path: Path
) -> None:
    rollouts.write(tmp_path / "corrected", [answered(step, i) for step in (1, 2) for i in range(4)])
    server = gallery.show(tmp_path, "corrected")
    tab = open_tab(server).open(run="corrected")
    bar = "reward ← score · step ← iteration · prompt ← question · response ← answer"
    expect(tab.get("mapping-bar")).to_contain_text(bar)
    tab.get("mapping-open").click()
    written = tab.get("mapping-toml").inner_text()
    assert 'prompt = "question"' in written
    gallery.log("corrected", "rlboard.toml").write_text(written, encoding="utf-8")
    until(lambda: None if guessed(server, "corrected") else True, "the file to be noticed")
    tab.reload()
    expect(tab.get("chart-reward").locator("canvas")).to_be_visible()
    expect(tab.get("mapping-bar")).to_have_count(0)
    tab.press("i")
    expect(tab.get("run-facts")).to_contain_text("set by rlboard.toml")


def guessed(server: TensorBoard, name: str) -> bool:
    found: dict[str, Any] = {run["run"]: run for run in server.ask("runs")["runs"]}
    return bool(found[name]["mapping_guessed"])


def test_axe_finds_nothing_serious(server: TensorBoard, open_tab: OpenTab, axe: str) -> None:
    tab = open_first(open_tab(server), "agent")
    found = {}
    expect(tab.get("message")).to_have_count(5)
    tab.get("fold-all").click()
    found["conversation"] = serious_in_light_and_dark(tab, axe)
    tab.press("i")
    expect(tab.get("run-info-dialog")).to_be_visible()
    found["run"] = serious_in_light_and_dark(tab, axe)
    tab.press("Escape")
    tab.open(run="own")
    tab.get("mapping-open").click()
    expect(tab.get("mapping-toml")).to_be_visible()
    found["mapping"] = serious_in_light_and_dark(tab, axe)
    assert found == {screen: [] for screen in found}


def test_the_guess_leaves_room_on_a_small_screen(server: TensorBoard, open_tab: OpenTab) -> None:
    tab = open_tab(server, width=1280, height=600).open(run="own")
    expect(tab.get("chart-reward").locator("canvas")).to_be_in_viewport(ratio=1)
    heights = tab.js("() => document.querySelector('[data-testid=mapping-bar]').offsetHeight")
    assert heights <= 32
    tab.get("mapping-hide").click()
    expect(tab.get("mapping-bar")).to_have_count(0)
    tab.reload()
    expect(tab.get("chart-reward").locator("canvas")).to_be_visible()
    expect(tab.get("mapping-bar")).to_have_count(0)
