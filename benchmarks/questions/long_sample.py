"""Opening samples of 16,000 tokens: /sample and /tokens together.

    python -m benchmarks.questions.long_sample [--quick | --full] [--tokens 16000] [--samples 200]

Each sample is opened once, so none was read before; its line is in the page cache. Over HTTP the texts are compressed
as for a browser; `in process` is without that (see `asking.py`).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from benchmarks import generate
from benchmarks.shared import asking, bench, serving
from benchmarks.shared.figure import Figure


@dataclass(frozen=True)
class Sizes:
    """Tokens of a response, and samples to be opened."""

    tokens: int = 16_000
    samples: int = 100


def figures(sizes: Sizes, workspace: bench.Workspace) -> Iterator[Figure]:
    """Opens samples one after the other."""
    log = generate.Log(sizes.samples, sizes.tokens, per_step=50, jitter=0.0, seed=7)
    logdir, cache = workspace.log(log), workspace.empty_folder("cache-long")
    with serving.TensorBoard(logdir, cache) as server:
        server.open_tab()
        run = server.wait_until_ready()[0]["run"]
        ids = [
            one
            for offset in range(0, sizes.samples, 500)
            for one in server.ask("samples", run=run, columns="reward", limit=500, offset=offset)["columns"][
                "id"
            ]
        ]
        asks = [[(route, {"run": run, "id": one}) for route in ("sample", "tokens")] for one in ids]
        what = f"a sample of {sizes.tokens:,} tokens, /sample + /tokens"
        beside = [[("diff", {"run": run, "id": one, "against_id": other})] for one, other in pairwise(ids)]
        compared = asking.Question(f"two responses of {sizes.tokens:,} tokens side by side, /diff", beside)
        yield from asking.measure_both(server, logdir, cache, [asking.Question(what, asks[1:], 10), compared])


ROW = bench.Row(
    "sample",
    "Opening a long sample",
    {"quick": Sizes(2_000, 8), "usual": Sizes(), "full": Sizes(samples=400)},
    figures,
)

if __name__ == "__main__":
    bench.run_alone(ROW, str(__doc__))
