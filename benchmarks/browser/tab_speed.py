"""What a reader feels: keys, scrolling and the first chart, in a real TensorBoard and a real Chromium.

    python -m benchmarks.browser.tab_speed [--quick | --full] [--presses 36] [--against ../other-checkout]

Everything that a key needs is loaded before it is pressed. `main thread` is CPU of the page's main thread for the whole
press, until the page is at rest again, so that other processes of a busy machine do not lengthen it; `key to paint` is
by the clock. With --against, another source tree (its bundle built) is measured in turn, and each figure has the ratio
of the two behind it.
"""

from __future__ import annotations

import contextlib
import functools
import statistics
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from benchmarks import generate
from benchmarks.browser import chromium
from benchmarks.browser.tab_page import TabPage
from benchmarks.shared import bench, machine, serving

STEP_SHOWN = "document.querySelector('[data-testid=panel-marks] h2')?.textContent"
SAMPLE_SHOWN = "document.querySelector('[data-testid=drawer]')?.dataset.id"
METRIC_SHOWN = "document.querySelector('[data-testid=token-metric]')?.value"
ROW_SHOWN = "document.querySelector('[role=grid] [role=row][data-id]')?.dataset.id"
CHART_SHOWN = "document.querySelector('.chart-curve canvas')"
NOTHING = "performance.now()"


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
Found = Iterator[tuple[str, str, float]]
"""What was measured, its unit and the value, once for each press or look."""


def _keys(page: TabPage, name: str, keys: tuple[str, str], shown: str, presses: int) -> Found:
    """Presses two keys that undo each other, three times each in turn."""
    for key in (*[keys[0]] * 3, *[keys[1]] * 3):  # to where they lead is loaded now
        page.press(key, shown)
    for i in range(presses):
        press = page.press(keys[i // 3 % 2], shown)
        yield f"{name}: main thread", "ms", press.busy
        yield f"{name}: script", "ms", press.script
        yield f"{name}: style and layout", "ms", press.layout
        yield f"{name}: key to paint", "ms", press.wall
        yield f"{name}: questions", "", press.asked


def overview(open_page: Open, sizes: Sizes) -> Found:
    """Walking along the steps, and a key that does nothing."""
    with open_page(run="steps", step=sizes.steps // 2) as page:
        page.wait(CHART_SHOWN)
        for _ in range(5):
            yield "a key without effect: main thread", "ms", page.press("F9", NOTHING).busy
        yield from _keys(page, "next step", ("ArrowRight", "ArrowLeft"), STEP_SHOWN, _share(sizes))


def sample(open_page: Open, sizes: Sizes) -> Found:
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


def long_sample(open_page: Open, sizes: Sizes) -> Found:
    """The same with long responses, and another metric that colours them."""
    with open_page(run="long", step=2, view="samples") as page:
        page.wait(ROW_SHOWN)
        page.page.keyboard.press("j")
        page.press("Enter", SAMPLE_SHOWN)
        yield from _keys(page, "next long sample", ("j", "k"), SAMPLE_SHOWN, _share(sizes))
        yield from _keys(page, "metric of a long sample", ("m", "M"), METRIC_SHOWN, _share(sizes))


def table(open_page: Open, _: Sizes) -> Found:
    """Scrolling through a long table."""
    with open_page(run="table", step=1, view="samples") as page:
        page.wait(ROW_SHOWN)
        tasks = page.scroll(200, 1000)
        yield "scrolling 200 frames: tasks of over 50 ms", "", len(tasks)
        yield "scrolling 200 frames: tasks of over 50 ms CPU", "", sum(cpu >= 50 for _, cpu in tasks)


def first_chart(open_page: Open, _: Sizes) -> Found:
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


def memory(open_page: Open, sizes: Sizes) -> Found:
    """What further changes of the step leave behind once everything was seen."""
    with open_page(run="steps", step=1) as page:
        page.wait(CHART_SHOWN)
        found = []
        for _ in range(3):
            for i in range(sizes.changes):
                page.page.keyboard.press("ArrowRight" if i < sizes.changes / 2 else "ArrowLeft")
                page.page.wait_for_timeout(60)
            page.rest()
            found.append(page.memory())
        for name, unit, of in (("JSHeapUsedSize", "MB", 1e6), ("Nodes", "", 1), ("JSEventListeners", "", 1)):
            more = (found[2][name] - found[1][name]) / of
            yield f"{sizes.changes} changes of the step: {name} more", unit, more


def rest(open_page: Open, sizes: Sizes) -> Found:
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


REPEATED = (overview, sample, long_sample, table, first_chart)
ONCE = (memory, rest)
REACH = {
    "next step: main thread": 16,
    "next sample: main thread": 25,
    "next long sample: main thread": 50,
    "metric of a long sample: main thread": 25,
    "scrolling 200 frames: tasks of over 50 ms": 0,
    "click to first chart: by the clock": 400,
    "click to first chart: our files, compressed": 100,
    "five steps, each looked at, drawer open: questions": 10,
    "five steps in half a second, drawer open: questions": 10,
    "200 changes of the step: JSHeapUsedSize more": 0.5,
}
Measured = dict[tuple[str, str], list[float]]


def _figures(ours: Measured, theirs: Measured) -> Iterator[bench.Figure]:
    for (what, unit), values in ours.items():
        notes = [f"p95 {bench.short(bench.percentile(values, 0.95))}"] if len(values) > 4 else []
        if (what, unit) in theirs:
            there = statistics.median(theirs[what, unit])
            notes.append(f"there {bench.short(there)}")
            notes += [f"{bench.short(statistics.median(values) / there)} ×"] if there else []
        yield bench.over_runs(what, values, unit, reach=REACH.get(what), note=", ".join(notes))


def _add_scalars(folder: Path, steps: int) -> None:
    """What a trainer logs to TensorBoard beside its rollouts, where it is not there yet."""
    if any(folder.glob("events.*")):
        return
    from tensorboard.summary import Writer  # noqa: PLC0415 (it takes a second, which other rows do not need)

    writer = Writer(str(folder))
    for step in range(1, steps + 1):
        for tag, value in (
            ("train/loss", 1 / step),
            ("train/grad_norm", 1 + step % 7),
            ("train/kl_coef", 0.05),
        ):
            writer.add_scalar(tag, value, step)
    writer.close()


def figures(sizes: Sizes, home: bench.Home) -> Iterator[bench.Figure]:
    """Opens pages and uses them."""
    logdir = home.logs(
        {
            "steps": generate.Log(sizes.steps * sizes.samples, 80, per_step=sizes.samples),
            "long": generate.Log(24, sizes.tokens, per_step=8, prompt=200, jitter=0.0),
            "table": generate.Log(sizes.rows, 24, per_step=sizes.rows),
        }
    )
    _add_scalars(logdir / "steps", sizes.steps)
    roots = [machine.ROOT, *([Path(sizes.against).resolve()] if sizes.against else [])]
    with contextlib.ExitStack() as stack:
        browser = stack.enter_context(chromium.started(*roots))
        servers = [
            stack.enter_context(serving.TensorBoard(logdir, home.empty(f"cache-tab-{i}"), root=root))
            for i, root in enumerate(roots)
        ]
        for server in servers:
            server.ready()
        openers: list[Open] = [functools.partial(TabPage, browser, server) for server in servers]
        for part in (*REPEATED, *ONCE):
            found: list[Measured] = [defaultdict(list) for _ in roots]
            for turn in range(sizes.rounds if part in REPEATED else 1):
                sides = list(zip(openers, found, strict=True))
                for open_page, values in sides if turn % 2 == 0 else sides[::-1]:
                    for what, unit, value in part(open_page, sizes):
                        values[what, unit].append(value)
            yield from _figures(found[0], found[1] if len(found) > 1 else {})


ROW = bench.Row(
    "tab",
    "The tab in a browser: keys, scrolling, the first chart, at rest",
    {
        "quick": Sizes(2, 1, 12, 8, 200, 300, 4, 1.0),
        "usual": Sizes(presses=18, rounds=2, seconds=10.0),
        # Less than six minutes.
        "full": Sizes(presses=36, seconds=15.0),
    },
    figures,
)

if __name__ == "__main__":
    bench.alone(ROW, str(__doc__))
