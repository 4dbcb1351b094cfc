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
from document_section import write_section
from measured_findings.examined_runs import KIND_OF_FINDING
from planted_runs.run import FAILURES, Plan, write_run
from planted_runs.shapes import SHAPES, STRENGTHS
from playwright.sync_api import Frame, Page, sync_playwright
from screenshots import FLAGS, SIZE, tensorboard

DOCUMENT = Path(__file__).resolve().parent.parent / "docs" / "planted-runs.md"
BEGIN, END = "<!-- actions -->", "<!-- /actions -->"
TIMEOUT_MS = 30_000
EXAMINE_TIMEOUT_S = 180.0
"""Seconds in which all runs are read and examined."""
SHAPES_TRIED = ("grpo_few", "ppo_few", *SHAPES)
"""A kind's run has the first of these shapes that it fits into: a smaller one is there sooner."""
SEED = 21
"""Thresholds were set on others."""
FOCUSED_FINDING = "document.activeElement?.dataset.finding ?? ''"
OPEN_SAMPLE = "document.querySelector('[data-testid=drawer]')?.dataset.id"


@dataclass(frozen=True)
class ProofPath:
    """The keys from the page of a run to what proves its failure.

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


def _address_parameters(frame: Frame) -> dict[str, str]:
    prefix = "p.rlboard."
    frame.evaluate("dispatchEvent(new Event('blur'))")  # else the address is written half a second later
    pairs = urllib.parse.parse_qsl(frame.evaluate("parent.location.hash.slice(1)"))
    return {key.removeprefix(prefix): value for key, value in pairs if key.startswith(prefix)}


def _ask(address: str, route: str, **arguments: object) -> Any:
    question = urllib.parse.urlencode(arguments)
    with urllib.request.urlopen(f"{address}data/plugin/rlboard/{route}?{question}", timeout=60) as answer:
        return json.load(answer)


def _findings(address: str, run: str) -> list[str]:
    """Waits until a run is examined; returns `kind:metric` of each finding, in the order of the list."""
    deadline = time.monotonic() + EXAMINE_TIMEOUT_S
    while time.monotonic() < deadline:
        try:
            answer = _ask(address, "findings", run=run)
            if answer["state"] == "ready":
                return [f"{each['kind']}:{each['metric']}" for each in answer["findings"]]
        except urllib.error.HTTPError as error:
            if error.code != HTTPStatus.NOT_FOUND:  # the run is not found yet
                raise
        time.sleep(0.5)
    raise RuntimeError(f"{run} was not examined within {EXAMINE_TIMEOUT_S:.0f} seconds.")


def _index_in_step(address: str, run: str, parameters: dict[str, str]) -> int:
    """The place of the open sample in its step."""
    answer = _ask(address, "samples", run=run, step=parameters["step"], limit=500)
    ids: list[str] = answer["columns"]["id"]
    return ids.index(parameters["sample"])


def find_proof(page: Page, address: str, plan: Plan, truth: dict[str, Any]) -> ProofPath:
    """Opens the link of the run and goes to the proof by keys."""
    names = _findings(address, plan.name)
    kind = KIND_OF_FINDING.get(plan.kind, plan.kind)
    place = next((i for i, name in enumerate(names) if name.partition(":")[0] == kind), None)
    if place is None:
        return ProofPath(plan)
    page.goto("about:blank")
    page.goto(f"{address}#rlboard&p.rlboard.run={plan.name}")
    view = page.frame_locator("iframe[src*='name=rlboard']")
    view.get_by_test_id("findings-strip").wait_for()
    keys = [str(view.get_by_test_id("tab-findings").get_attribute("data-key"))]
    page.keyboard.press(keys[0])
    view.get_by_test_id("finding-head").nth(len(names) - 1).wait_for()
    frame = next(each for each in page.frames if "name=rlboard" in each.url)
    # The worst is open by itself.
    while place > 0 and not frame.evaluate(FOCUSED_FINDING).startswith(names[place]):
        if len(keys) > len(names) + 1:
            raise RuntimeError(f"{plan.name}: j does not come to {names[place]}.")
        page.keyboard.press("j")
        keys.append("j")
    page.keyboard.press("Enter")
    keys.append("Enter")
    frame.wait_for_function(OPEN_SAMPLE)
    page.wait_for_timeout(300)  # the address has the token
    parameters = _address_parameters(frame)
    step, sample = int(parameters["step"]), _index_in_step(address, plan.name, parameters)
    token = int(parameters["token"]) if "token" in parameters else None
    return ProofPath(plan, tuple(keys), step, sample, token, proves(truth, step, sample, token))


def find_proofs(plans: Sequence[Plan]) -> Iterator[ProofPath]:
    """Makes the runs, opens each and goes to its proof.

    Raises:
        SystemExit: there is no browser.
    """
    executable = browser.find(whole=True)
    if executable is None:
        raise SystemExit(browser.ADVICE)
    with tempfile.TemporaryDirectory() as folder:
        logs, truths = Path(folder) / "logs", Path(folder) / "truths"
        truth_of = {plan: json.loads(write_run(plan, logs, truths).read_text("utf-8")) for plan in plans}
        with tensorboard(logs) as address, sync_playwright() as driver:
            chromium = driver.chromium.launch(executable_path=executable, args=FLAGS)
            page = chromium.new_page(viewport=SIZE, locale="en-US")
            page.set_default_timeout(TIMEOUT_MS)
            for plan, truth in truth_of.items():
                each = find_proof(page, address, plan, truth)
                print(plan.name, *each.keys, "proof" if each.proves else "no proof", file=sys.stderr)
                yield each
            chromium.close()


def table_cell(each: ProofPath | None) -> str:
    """The keys that proved a failure, and where they led, as a cell of the table."""
    if each is None:
        return "–"
    if not each.keys:
        return "not named"
    keys = " ".join(f"`{key}`" for key in each.keys)
    where = f"step {each.step}, sample {each.sample}"
    where += "" if each.token is None else f", token {each.token}"
    return f"{len(each.keys)}: {keys} → {where}{'' if each.proves else ' (**not what was planted**)'}"


def render_table(paths: Sequence[ProofPath]) -> str:
    """The table, a line for each kind, and the sums below it."""
    strengths = [each for each in STRENGTHS if any(path.plan.strength == each for path in paths)]
    lines = [f"| planted | {' | '.join(strengths)} |", f"| --- |{' --- |' * len(strengths)}"]
    by_plan = {(path.plan.kind, path.plan.strength): path for path in paths}
    lines += [
        f"| `{kind}` | {' | '.join(table_cell(by_plan.get((kind, strength))) for strength in strengths)} |"
        for kind in dict.fromkeys(path.plan.kind for path in paths)
    ]
    for strength in strengths:
        runs = [path for path in paths if path.plan.strength == strength]
        lengths = [len(path.keys) for path in runs if path.proves]
        keys = f", by {min(lengths)} to {max(lengths)} keys" if lengths else ""
        lines += ["", f"Of {len(runs)} {strength} ones {len(lengths)} are proved{keys}."]
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
    text = render_table(list(find_proofs(plans)))
    if arguments.print:
        print(text)
        return 0
    write_section(DOCUMENT, BEGIN, END, text)
    return 0


if __name__ == "__main__":
    sys.exit(main())
