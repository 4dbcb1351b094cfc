"""One question in many spellings, in two formats, with half of its fields; and two long responses to it, one rearranged."""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path

import pytest
import rollouts
from hosting import Gallery, TensorBoard
from playwright.sync_api import expect
from rollout_log import lines
from tab import OpenTab

pytestmark = pytest.mark.browser

ASKED = "What is 12 * 13?"
SYSTEM = "<|im_start|>system\nYou are helpful.<|im_end|>\n"
RENDERINGS = (
    ASKED,
    f"{SYSTEM}<|im_start|>user\n{ASKED}<|im_end|>\n<|im_start|>assistant\n",
    f"User: {ASKED}\nAssistant:",
    "What is  12 * 13?\n",
)
NEAR = ("what is 12 * 13?", "What is 12 * 13")
PICTURES = ("<image>What is shown?", "<|vision_start|><|image_pad|><|image_pad|><|vision_end|>What is shown?")
LONG, MOVED = 16_000, 40


def asked(step: int, prompt: str, reward: float | None = 1.0, **more: object) -> rollouts.Row:
    row = {"step": step, "prompt": prompt, "response": f"It is {reward}.", "reward": reward} | more
    return {name: value for name, value in row.items() if value is not None}


def rearranged() -> list[rollouts.Row]:
    """Two members of 16,000 tokens: a stretch stands elsewhere, and one token in fifty is another one."""
    rng = random.Random(1)
    first = [f" w{rng.randrange(10_000)}" for _ in range(LONG)]
    second = [f" x{i}" if i % 50 == 25 and i > 2 * MOVED else token for i, token in enumerate(first)]
    stretch = second[20 : 20 + MOVED]
    second = [*second[:20], *second[20 + MOVED : 9000], *stretch, *second[9000:]]
    return [
        asked(1, "Count.", reward, group_id="g", response="".join(tokens), response_tokens=tokens)
        | {"logprobs": [-0.5] * LONG, "ref_logprobs": [-0.25] * LONG}
        for reward, tokens in ((1.0, first), (0.0, second))
    ]


def logs() -> Iterator[tuple[str, list[rollouts.Row]]]:
    """Each run with its rows."""
    prompts = enumerate((*RENDERINGS, *NEAR, *PICTURES), 1)
    yield "spelled", [asked(step, prompt) for step, prompt in prompts]
    kinds = [asked(1, f"p{i}", i % 2, data_source=f"source {i % 9}", finish_reason="stop") for i in range(18)]
    yield "kinds", [row | {"group_id": str(at // 2)} for at, row in enumerate(kinds)]
    yield "rewardless", [asked(1, "p", None, response="r"), asked(1, "q", None, response="r")]
    yield "promptless", [{"step": 1, "response": "r", "reward": 1.0}]
    yield "lone", [asked(1, "p"), asked(1, "q")]
    yield "rearranged", rearranged()
    yield "native", [asked(1, f"Question {i}?", 1.0) for i in range(4)]
    turns = [f"<|im_start|>user\nQuestion {i}?<|im_end|>\n<|im_start|>assistant\n" for i in range(4)]
    yield "verl", [{"input": turn, "output": "no", "score": 0.0, "step": 1} for turn in turns]


@pytest.fixture(scope="module")
def server(gallery: Gallery, tmp_path_factory: pytest.TempPathFactory) -> TensorBoard:
    made: Path = tmp_path_factory.mktemp("same-prompts")
    runs = [f"same_{name}" for name, _ in logs()]
    for run, (name, rows) in zip(runs, logs(), strict=True):
        (made / run).mkdir()
        (made / run / ("1.jsonl" if name == "verl" else "rollouts.jsonl")).write_bytes(lines(*rows))
    return gallery.show(made, *runs)


def test_spellings_of_a_question_are_one_prompt_and_near_misses_are_found_from_its_page(
    server: TensorBoard, open_tab: OpenTab
) -> None:
    tab = open_tab(server).open(run="same_spelled", view="prompts")
    expect(tab.get("prompt-row")).to_have_count(4)  # the question, two near misses, and that about a picture
    found = server.ask("prompts", run="same_spelled")["columns"]
    key = found["prompt_key"][found["renderings"].index(len(RENDERINGS))]
    tab.view.locator(f".prompt-open[data-key='{key}']").click()
    texts = tab.get("rendering").locator("pre")
    expect(texts).to_have_count(len(RENDERINGS))
    assert {text.text_content() for text in texts.all()} == set(RENDERINGS)
    tab.get("near-prompts").click()
    expect(tab.get("prompt-row")).to_have_count(1 + len(NEAR))
    pictures = found["prompt_key"][found["renderings"].index(len(PICTURES))]
    tab = open_tab(server, locale="zh-CN").open(run="same_spelled", view="prompts", prompt=pictures)
    expect(tab.get("rendering")).to_have_count(len(PICTURES))


def test_two_formats_meet_on_their_questions(server: TensorBoard, open_tab: OpenTab) -> None:
    formats = {run["run"]: run["formats"] for run in server.ask("runs")["runs"]}
    assert formats["same_native"] != formats["same_verl"]
    tab = open_tab(server).open(run="same_native", view="runs", run_b="same_verl")
    expect(tab.get("win-rate")).to_have_text("100 %")
    expect(tab.get("changed-prompt")).to_have_count(4)
    tab.press("l", "Enter")
    expect(tab.get("prompt-pair").get_by_test_id("diff")).to_contain_text("It is 1.0.")


def test_a_stretch_that_moved_in_sixteen_thousand_tokens_is_followed(
    server: TensorBoard, open_tab: OpenTab
) -> None:
    members = server.ask("group", run="same_rearranged", step=1, group="g")["members"]["id"]
    tab = open_tab(server).open(
        run="same_rearranged", view="groups", group="g", group_step=1, step=1, group_diff=",".join(members)
    )
    diff = tab.get("diff")
    stretch = "".join(rearranged()[0]["response_tokens"][20 : 20 + MOVED])
    away = diff.locator(".diff-row .diff-moved_away")
    expect(away).to_have_text(stretch)
    assert diff.locator(".heat").count() < 6000, "a span for every token"
    diff.get_by_role("button", name="moved 1").first.click()
    expect(diff.locator(".diff-row .diff-moved_here")).to_be_in_viewport()
    tab.press("n")
    expect(diff.locator("[data-current]")).to_have_count(1)


def test_more_values_than_have_curves_are_all_listed(server: TensorBoard, open_tab: OpenTab) -> None:
    tab = open_tab(server).open(run="same_kinds", view="groups", groups_by="data_source")
    expect(tab.get("group-value")).to_have_count(9)
    expect(tab.view.locator(".group-value-line")).to_have_count(2 * 7)
    expect(tab.get("group-values-mixed")).to_contain_text("9 groups have members of several values")


@pytest.mark.parametrize(
    ("run", "view", "place", "said"),
    [
        ("same_rewardless", "groups", "groups-missing", "log reward with each sample"),
        ("same_lone", "groups", "groups-missing", "there is nothing to compare"),
        ("same_promptless", "groups", "groups", "Log the prompt, or a group_id"),
        ("same_promptless", "prompts", "prompts", "Log the prompt of every sample"),
        ("same_rewardless", "prompts", "threshold-rule", "no sample has a finite reward: log one"),
    ],
)
def test_a_view_without_its_fields_says_what_to_log(
    server: TensorBoard, open_tab: OpenTab, run: str, view: str, place: str, said: str
) -> None:
    expect(open_tab(server).open(run=run, view=view).get(place)).to_contain_text(said)
