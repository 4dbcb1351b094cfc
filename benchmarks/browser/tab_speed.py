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
from collections.abc import Iterator
from pathlib import Path

from benchmarks import generate
from benchmarks.browser import chromium
from benchmarks.browser.tab_page import TabPage
from benchmarks.browser.tab_parts import ONCE, REPEATED, Open, Sizes
from benchmarks.shared import bench, machine, serving
from benchmarks.shared.figure import Figure, over_runs, percentile, short

REACH = {
    "next step: main thread": 16,
    "next sample: main thread": 25,
    "next long sample: main thread": 50,
    "metric of a long sample: main thread": 25,
    "two long responses compared: key to paint": 100,
    "scrolling 200 frames: tasks of over 50 ms": 0,
    "click to first chart: by the clock": 400,
    "click to first chart: our files, compressed": 100,
    "five steps, each looked at, drawer open: questions": 10,
    "five steps in half a second, drawer open: questions": 10,
    "200 changes of the step: JSHeapUsedSize more": 0.2,
}
Measured = dict[tuple[str, str], list[float]]


def _figures(ours: Measured, theirs: Measured) -> Iterator[Figure]:
    for (what, unit), values in ours.items():
        notes = [f"p95 {short(percentile(values, 0.95))}"] if len(values) > 4 else []
        if (what, unit) in theirs:
            their_median = statistics.median(theirs[what, unit])
            notes.append(f"there {short(their_median)}")
            notes += [f"{short(statistics.median(values) / their_median)} ×"] if their_median else []
        yield over_runs(what, values, unit, reach=REACH.get(what), note=", ".join(notes))


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


def figures(sizes: Sizes, workspace: bench.Workspace) -> Iterator[Figure]:
    """Opens pages and uses them."""
    logdir = workspace.logs(
        {
            "steps": generate.Log(sizes.steps * sizes.samples, 80, per_step=sizes.samples),
            "long": generate.Log(24, sizes.tokens, per_step=8, prompt=200, jitter=0.0),
            "table": generate.Log(sizes.rows, 24, per_step=sizes.rows),
        }
    )
    _add_scalars(logdir / "steps", sizes.steps)
    roots = [machine.ROOT, *([Path(sizes.against).resolve()] if sizes.against else [])]
    with contextlib.ExitStack() as stack:
        browser = stack.enter_context(chromium.launched(*roots))
        servers = [
            stack.enter_context(
                serving.TensorBoard(logdir, workspace.empty_folder(f"cache-tab-{i}"), root=root)
            )
            for i, root in enumerate(roots)
        ]
        for server in servers:
            server.wait_until_ready()
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
    bench.run_alone(ROW, str(__doc__))
