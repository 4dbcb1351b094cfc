"""What is said above the curves of a run: what a user should know before believing them."""

from __future__ import annotations

from collections.abc import Iterator

from tensorboard_plugin_rlboard.api import Notice
from tensorboard_plugin_rlboard.index.attempts.unrelated_files import (
    LoggedSteps,
    UnrelatedFiles,
    may_be_unrelated,
    unrelated_files,
)
from tensorboard_plugin_rlboard.index.run import RunIndex


def run_notices(run: RunIndex) -> Iterator[Notice]:
    """What is known of a run from its files and rows alone."""
    files = tuple(run.files.values())  # the indexing thread may add one meanwhile
    if may_be_unrelated(file.relative for file in files):
        found = unrelated_files(
            LoggedSteps(file.relative, (file.format.name, split), order.distinct())
            for file in files
            for split, order in tuple(file.steps.items())
        )
        if found is not None:
            yield _repeated_steps(found)


def _repeated_steps(found: UnrelatedFiles) -> Notice:
    first, second = (path.rpartition("/")[2] for path in (found.first, found.second))
    folder = found.first.rpartition("/")[0]
    steps = f"{len(found.shared):,} of the same steps ({found.shared[0]} to {found.shared[-1]})"
    where = f" in {folder}" if folder not in {"", "."} else ""
    return Notice(
        "repeated_steps",
        f"{first} and {second}{where} log {steps}, and their samples are averaged into one curve. If they are two "
        "trainings, move each file into a folder of its own.",
        {
            "first": first,
            "second": second,
            "n": str(len(found.shared)),
            "from": str(found.shared[0]),
            "to": str(found.shared[-1]),
        },
    )
