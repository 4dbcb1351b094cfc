"""Two sequences side by side: texts that are alike, half alike, unlike, swapped, and one phrase again and again.

    python -m benchmarks.questions.alignment_speed [--quick | --full] [--tokens 16000] [--long 100000]

In this process, CPU time of one core, without reading the samples and without the answer's JSON: what `board/alignment`
itself takes, and the memory that the process grew by at most.
"""

from __future__ import annotations

import random
import resource
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass

from benchmarks.shared import bench
from benchmarks.shared.figure import Figure, over_runs
from tensorboard_plugin_rlboard.board.alignment.align import align

REACH_MS = 100.0
_PHRASE = 120
_KILO = 1 if sys.platform == "darwin" else 1024


@dataclass(frozen=True)
class Sizes:
    """Tokens of a side, those of one beyond the bound, and how often each is compared."""

    tokens: int = 16_000
    long: int = 100_000
    times: int = 5


def _token(draw: random.Random) -> str:
    """A token as a text has them: few are frequent, most are rare."""
    return str(int(draw.paretovariate(0.9)) % 50_000)


def _sides(n: int) -> dict[str, tuple[list[str], list[str]]]:
    draw = random.Random(1)
    text = [_token(draw) for _ in range(n)]
    phrase = [str(i) for i in range(_PHRASE)]

    def changed(share: float) -> list[str]:
        return [_token(draw) if draw.random() < share else token for token in text]

    return {
        "alike, 2 % changed": (text, changed(0.02)),
        "half alike": (text, changed(0.5)),
        "unlike": (text, [_token(draw) for _ in range(n)]),
        "halves swapped": (text, text[n // 2 :] + text[: n // 2]),
        "a phrase repeated": (
            (phrase * (n // _PHRASE + 1))[:n],
            ([*phrase[: _PHRASE // 2], "x", *phrase[_PHRASE // 2 :]] * (n // _PHRASE + 1))[:n],
        ),
    }


def figures(sizes: Sizes, workspace: bench.Workspace) -> Iterator[Figure]:
    """Aligns each pair a few times."""
    del workspace
    align(["a", "b"], ["b", "a"])  # the library is loaded
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    for n, reach in ((sizes.tokens, REACH_MS), (sizes.long, None)):
        for what, (left, right) in _sides(n).items():
            taken = []
            for _ in range(sizes.times):
                start = time.process_time()
                found = align(left, right)
                taken.append(1000 * (time.process_time() - start))
            note = f"{len(found.opcodes):,} stretches{'' if found.in_one_piece else ', in pieces'}"
            yield over_runs(f"{n:,} tokens a side, {what}", taken, "ms", reach=reach, note=note)
    grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) * _KILO / 1e6
    yield Figure("memory that all of it took at most", grown, "MB")


ROW = bench.Row(
    "alignment",
    "Two responses side by side",
    {"quick": Sizes(1_000, 5_000, 1), "usual": Sizes(), "full": Sizes(times=15)},
    figures,
)

if __name__ == "__main__":
    bench.run_alone(ROW, str(__doc__))
