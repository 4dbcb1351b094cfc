"""The parts of the row `tab`: each does something in the tab and measures it."""

from __future__ import annotations

import contextlib
import itertools
import statistics
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from benchmarks.browser.tab_page import Press, TabPage

STEP_SHOWN = "document.querySelector('[data-testid=tiles]')?.ariaLabel"
SAMPLE_SHOWN = "document.querySelector('[data-testid=drawer]')?.dataset.id"
METRIC_SHOWN = "document.querySelector('[data-testid=token-metric]')?.value"
DIFF_SHOWN = "document.querySelector('[data-testid=diff]')?.ariaLabel"
ROW_SHOWN = "document.querySelector('[role=grid] [role=row][data-id]')?.dataset.id"
CHART_SHOWN = "document.querySelector('.chart-curve canvas')"
ALWAYS_CHANGING = "performance.now()"
AFTER_REST_MS = 800
"""Milliseconds after which the page has also done what it leaves until the reader rests: half a second, and the doing."""
_WARM_UP_ROUNDS, _MEASURED_ROUNDS = 4, 7
"""Of what stays in memory: the browser compiles what is run often for some of these, and for one of them later as well."""


@dataclass(frozen=True)
class Sizes:
    """What is pressed how often, on which log.

    Attributes:
        presses: of each key.
        rounds: fresh pages that the presses are spread over.
        steps, samples: of the run that is walked along; samples are those of a step.
        tokens: of a long response.
        rows: of the table that is scrolled.
        changes: of the step, between two looks at the memory.
        seconds: that a page is left alone.
        against: another source tree.
    """

    presses: int = 30
    rounds: int = 3
    steps: int = 200
    samples: int = 64
    tokens: int = 16_000
    rows: int = 16_384
    changes: int = 200
    seconds: float = 20.0
    against: str = ""


Open = Callable[..., contextlib.AbstractContextManager[TabPage]]
Measurements = Iterator[tuple[str, str, float]]
"""What was measured, its unit and the value, once for each press or look."""


def _press_figures(name: str, press: Press) -> Measurements:
    yield f"{name}: main thread", "ms", press.busy
    yield f"{name}: script", "ms", press.script
    yield f"{name}: style and layout", "ms", press.layout
    yield f"{name}: key to paint", "ms", press.wall
    yield f"{name}: questions", "", press.asked


def _keys(page: TabPage, name: str, keys: tuple[str, str], shown: str, presses: int) -> Measurements:
    """Presses two keys that undo each other, three times each in turn."""
    for key in (*[keys[0]] * 3, *[keys[1]] * 3):  # to where they lead is loaded now
        page.press(key, shown)
    for i in range(presses):
        yield from _press_figures(name, page.press(keys[i // 3 % 2], shown))


def overview(open_page: Open, sizes: Sizes) -> Measurements:
    """Walking along the steps, and a key that does nothing."""
    with open_page(run="steps", step=sizes.steps // 2) as page:
        page.wait(CHART_SHOWN)
        for _ in range(5):
            yield "a key without effect: main thread", "ms", page.press("F9", ALWAYS_CHANGING).busy
        yield from _keys(page, "next step", ("ArrowRight", "ArrowLeft"), STEP_SHOWN, _share(sizes))
        for i in range(6):
            before = page.counters()["TaskDuration"]
            page.press("ArrowRight" if i % 2 == 0 else "ArrowLeft", STEP_SHOWN)
            page.page.wait_for_timeout(AFTER_REST_MS)
            spent = 1000 * (page.counters()["TaskDuration"] - before)
            yield "next step, and what waits for the reader's rest: main thread", "ms", spent


def sample(open_page: Open, sizes: Sizes) -> Measurements:
    """Walking along the samples of a step with the drawer open; then along the steps."""
    with open_page(run="steps", step=1, view="samples") as page:
        page.wait(ROW_SHOWN)
        page.page.keyboard.press("j")
        page.press("Enter", SAMPLE_SHOWN)
        yield from _keys(page, "next sample", ("j", "k"), SAMPLE_SHOWN, _share(sizes))
        before = len(page.questions)
        for _ in range(5):
            page.press("ArrowRight", SAMPLE_SHOWN)
        yield "five steps, each looked at, drawer open: questions", "", len(page.questions) - before
        before = len(page.questions)
        for _ in range(5):
            page.page.keyboard.press("ArrowRight")
            page.page.wait_for_timeout(100)
        page.rest()
        yield "five steps in half a second, drawer open: questions", "", len(page.questions) - before


def long_sample(open_page: Open, sizes: Sizes) -> Measurements:
    """The same with long responses, and another metric that colours them."""
    with open_page(run="long", step=2, view="samples") as page:
        page.wait(ROW_SHOWN)
        page.page.keyboard.press("j")
        page.press("Enter", SAMPLE_SHOWN)
        yield from _keys(page, "next long sample", ("j", "k"), SAMPLE_SHOWN, _share(sizes))
        yield from _keys(page, "metric of a long sample", ("m", "M"), METRIC_SHOWN, _share(sizes))


def two_long_samples(open_page: Open, sizes: Sizes) -> Measurements:
    """A long response beside its reference answer, and beside another member of its group, whose answers are there."""
    with open_page(run="long", step=2, view="samples") as page:
        page.wait(ROW_SHOWN)
        page.page.keyboard.press("j")
        page.press("Enter", SAMPLE_SHOWN)
        places = (1, 2)
        for place in places:
            page.choose("compare-with", place, DIFF_SHOWN)
        for i in range(_share(sizes)):
            yield from _press_figures(
                "two long responses compared", page.choose("compare-with", places[i % 2], DIFF_SHOWN)
            )


def table(open_page: Open, _: Sizes) -> Measurements:
    """Scrolling through a long table."""
    with open_page(run="table", step=1, view="samples") as page:
        page.wait(ROW_SHOWN)
        tasks = page.scroll(200, 1000)
        yield "scrolling 200 frames: tasks of over 50 ms", "", len(tasks)
        yield "scrolling 200 frames: tasks of over 50 ms CPU", "", sum(cpu >= 50 for _, cpu in tasks)


def first_chart(open_page: Open, _: Sizes) -> Measurements:
    """From the click on the tab to the first chart, the browser's cache empty."""
    with open_page(place="timeseries") as page:
        page.page.get_by_role("tab", name="RL Board").wait_for(timeout=60_000)
        page.rest()
        before = page.counters()["TaskDuration"]
        yield "click to first chart: by the clock", "ms", page.first_chart()
        yield "click to first chart: main thread", "ms", 1000 * (page.counters()["TaskDuration"] - before)
        yield "click to first chart: our files, compressed", "kB", page.files_read()


def _share(sizes: Sizes) -> int:
    return max(2, -(-sizes.presses // sizes.rounds))


def memory(open_page: Open, sizes: Sizes) -> Measurements:
    """What further changes of the step leave behind once everything was seen: of several times the median.

    What is not given back is there after each of them; what the browser compiles, keeps for devtools or throws away comes
    at once, in one or two of them.
    """
    with open_page(run="steps", step=1) as page:
        page.wait(CHART_SHOWN)
        found = []
        for _ in range(_WARM_UP_ROUNDS + _MEASURED_ROUNDS):
            for i in range(sizes.changes):
                page.page.keyboard.press("ArrowRight" if i < sizes.changes / 2 else "ArrowLeft")
                page.page.wait_for_timeout(60)
            page.rest()
            found.append(page.memory())
        for name, unit, of in (("JSHeapUsedSize", "MB", 1e6), ("Nodes", "", 1), ("JSEventListeners", "", 1)):
            left = [
                (after[name] - before[name]) / of
                for before, after in itertools.pairwise(found[_WARM_UP_ROUNDS - 1 :])
            ]
            yield f"{sizes.changes} changes of the step: {name} more", unit, statistics.median(left)


def rest(open_page: Open, sizes: Sizes) -> Measurements:
    """A page that nobody touches: our tab on screen, hidden behind another one, and never opened."""

    def left_alone(page: TabPage) -> float:
        page.page.wait_for_timeout(5000)
        return page.busy(sizes.seconds) * 60 / sizes.seconds

    with open_page(run="steps", step=1) as page:
        page.wait(CHART_SHOWN)
        yield "at rest for a minute: on screen", "ms", left_alone(page)
        page.leave()
        yield "at rest for a minute: hidden", "ms", left_alone(page)
    with open_page(place="timeseries") as page:
        page.page.get_by_role("tab", name="RL Board").wait_for(timeout=60_000)
        yield "at rest for a minute: never opened", "ms", left_alone(page)


REPEATED = (overview, sample, long_sample, two_long_samples, table, first_chart)
ONCE = (memory, rest)
