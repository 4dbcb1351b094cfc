"""Counts the keys from a run with a planted failure to the first token that proves it, in a real TensorBoard and browser.

    python scripts/counted_actions.py                              # every kind in three strengths, into docs/planted-runs.md
    python scripts/counted_actions.py --strengths strong --print   # a short one, to look at

A page is opened on the run as TensorBoard shows it. Then only keys are pressed: the digit of the view of findings, `j`
to the finding, `Enter`. What is open then is compared with what was planted.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import browser
from measured_findings.examined_runs import NAMED
from planted_runs.run import FAILURES, Plan, write_run
from planted_runs.shapes import SHAPES, STRENGTHS
from playwright.sync_api import Frame, Page, sync_playwright
from screenshots import FLAGS, SIZE, tensorboard

DOCUMENT = Path(__file__).resolve().parent.parent / "docs" / "planted-runs.md"
BEGIN, END = "<!-- actions -->", "<!-- /actions -->"
PATIENCE_MS = 30_000
READING = 180.0
"""Seconds in which all runs are read and examined."""
SHAPES_TRIED = ("grpo_few", "ppo_few", *SHAPES)
"""A kind's run has the first of these shapes that it fits into: a smaller one is there sooner."""
SEED = 21
"""Thresholds were set on others."""
FOCUSED = "document.activeElement?.dataset.finding ?? ''"
OPEN = "document.querySelector('[data-testid=drawer]')?.dataset.id"


@dataclass(frozen=True)
class Walk:
    """What came of one run.

    Attributes:
        plan: what was planted.
        keys: those that were pressed; none where no finding names the failure.
        step, sample, token: what is open then: the step, the place in it, the position of the token (None: no token is).
        proves: whether that is what was planted.
    """

    plan: Plan
    keys: tuple[str, ...] = ()
    step: int = 0
    sample: int = 0
    token: int | None = None
    proves: bool = False


def proves(truth: dict[str, Any], step: int, sample: int, token: int | None) -> bool:
    """Whether a sample, and the token where the truth names tokens, is among what was planted."""
    for shown in truth["evidence"]:
        if (shown["step"], shown["sample"]) == (step, sample):
            return not shown["tokens"] or token in shown["tokens"]
    # Of what every sample shows, only the strongest are named.
    return bool(truth["everywhere"] and truth["onset"] <= step <= truth["last"])


def _selected(frame: Frame) -> dict[str, str]:
    prefix = "p.rlboard."
    frame.evaluate("dispatchEvent(new Event('blur'))")  # else the address is written half a second later
    pairs = urllib.parse.parse_qsl(frame.evaluate("parent.location.hash.slice(1)"))
    return {key.removeprefix(prefix): value for key, value in pairs if key.startswith(prefix)}


def _asked(address: str, route: str, **arguments: object) -> Any:
    question = urllib.parse.urlencode(arguments)
    with urllib.request.urlopen(f"{address}data/plugin/rlboard/{route}?{question}", timeout=60) as answer:
        return json.load(answer)


def _findings(address: str, run: str) -> list[str]:
    """What is named of a run once it is examined, in the order of the list: kind and metric of each."""
    until = time.monotonic() + READING
    while time.monotonic() < until:
        try:
            found = _asked(address, "findings", run=run)
            if found["state"] == "ready":
                return [f"{each['kind']}:{each['metric']}" for each in found["findings"]]
        except urllib.error.HTTPError as error:
            if error.code != HTTPStatus.NOT_FOUND:  # the run is not found yet
                raise
        time.sleep(0.5)
    raise RuntimeError(f"{run} was not examined within {READING:.0f} seconds.")


def _place(address: str, run: str, chosen: dict[str, str]) -> int:
    """The place of the open sample in its step."""
    answer = _asked(address, "samples", run=run, step=chosen["step"], limit=500)
    ids: list[str] = answer["columns"]["id"]
    return ids.index(chosen["sample"])


def walk(page: Page, address: str, plan: Plan, truth: dict[str, Any]) -> Walk:
    """Opens the link of the run and goes to the proof by keys."""
    names = _findings(address, plan.name)
    kind = NAMED.get(plan.kind, plan.kind)
    place = next((i for i, name in enumerate(names) if name.partition(":")[0] == kind), None)
    if place is None:
        return Walk(plan)
    page.goto("about:blank")
    page.goto(f"{address}#rlboard&p.rlboard.run={plan.name}")
    view = page.frame_locator("iframe[src*='name=rlboard']")
    view.get_by_test_id("findings-strip").wait_for()
    keys = [str(view.get_by_test_id("tab-findings").get_attribute("data-key"))]
    page.keyboard.press(keys[0])
    view.get_by_test_id("finding-head").nth(len(names) - 1).wait_for()
    frame = next(each for each in page.frames if "name=rlboard" in each.url)
    # The worst is open by itself.
    while place > 0 and not frame.evaluate(FOCUSED).startswith(names[place]):
        if len(keys) > len(names) + 1:
            raise RuntimeError(f"{plan.name}: j does not come to {names[place]}.")
        page.keyboard.press("j")
        keys.append("j")
    page.keyboard.press("Enter")
    keys.append("Enter")
    frame.wait_for_function(OPEN)
    page.wait_for_timeout(300)  # the address has the token
    chosen = _selected(frame)
    step, sample = int(chosen["step"]), _place(address, plan.name, chosen)
    token = int(chosen["token"]) if "token" in chosen else None
    return Walk(plan, tuple(keys), step, sample, token, proves(truth, step, sample, token))


def walks(plans: Sequence[Plan]) -> Iterator[Walk]:
    """Makes the runs, opens each and goes to its proof.

    Raises:
        SystemExit: there is no browser.
    """
    found = browser.find(whole=True)
    if found is None:
        raise SystemExit(browser.ADVICE)
    with tempfile.TemporaryDirectory() as folder:
        logs, truths = Path(folder) / "logs", Path(folder) / "truths"
        known = {plan: json.loads(write_run(plan, logs, truths).read_text("utf-8")) for plan in plans}
        with tensorboard(logs) as address, sync_playwright() as driver:
            chromium = driver.chromium.launch(executable_path=found, args=FLAGS)
            page = chromium.new_page(viewport=SIZE, locale="en-US")
            page.set_default_timeout(PATIENCE_MS)
            for plan, truth in known.items():
                each = walk(page, address, plan, truth)
                print(plan.name, *each.keys, "proof" if each.proves else "no proof", file=sys.stderr)
                yield each
            chromium.close()


def cell(each: Walk | None) -> str:
    """What came of a run, as a cell of the table."""
    if each is None:
        return "–"
    if not each.keys:
        return "not named"
    keys = " ".join(f"`{key}`" for key in each.keys)
    where = f"step {each.step}, sample {each.sample}"
    where += "" if each.token is None else f", token {each.token}"
    return f"{len(each.keys)}: {keys} → {where}{'' if each.proves else ' (**not what was planted**)'}"


def written(found: Sequence[Walk]) -> str:
    """The table, a line for each kind, and the sums below it."""
    strengths = [each for each in STRENGTHS if any(walk.plan.strength == each for walk in found)]
    lines = [f"| planted | {' | '.join(strengths)} |", f"| --- |{' --- |' * len(strengths)}"]
    by_plan = {(walk.plan.kind, walk.plan.strength): walk for walk in found}
    lines += [
        f"| `{kind}` | {' | '.join(cell(by_plan.get((kind, strength))) for strength in strengths)} |"
        for kind in dict.fromkeys(walk.plan.kind for walk in found)
    ]
    for strength in strengths:
        runs = [walk for walk in found if walk.plan.strength == strength]
        right = [len(walk.keys) for walk in runs if walk.proves]
        most = f", by {min(right)} to {max(right)} keys" if right else ""
        lines += ["", f"Of {len(runs)} {strength} ones {len(right)} are proved{most}."]
    return "\n".join(lines) + "\n"


def main() -> int:
    """Makes and opens the runs; writes or prints the table."""
    parser = argparse.ArgumentParser(description="Count the keys to the first token that proves a failure.")
    parser.add_argument("--kinds", nargs="+", choices=list(FAILURES), default=list(FAILURES), metavar="KIND")
    parser.add_argument("--strengths", nargs="+", choices=STRENGTHS, default=list(STRENGTHS))
    parser.add_argument("--print", action="store_true", help="print the table and leave the document alone")
    arguments = parser.parse_args()
    plans = []
    for kind in arguments.kinds:
        fitting = [shape for shape in SHAPES_TRIED if Plan(kind, "medium", shape, SEED).fits()]
        plans += [Plan(kind, strength, fitting[0], SEED) for strength in arguments.strengths]
    text = written(list(walks(plans)))
    if arguments.print:
        print(text)
        return 0
    before, _, rest = DOCUMENT.read_text(encoding="utf-8").partition(BEGIN)
    after = rest.partition(END)[2]
    DOCUMENT.write_text(f"{before}{BEGIN}\n\n{text}\n{END}{after}", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
