"""Numbers at the ends of float64 in every field: answers come, and nothing is printed into TensorBoard's terminal."""

from __future__ import annotations

import itertools
import json
import warnings
from collections.abc import Iterator

import pytest
from rollout_log import Row, TestLog
from werkzeug.datastructures import MultiDict

from tensorboard_plugin_rlboard.web.arguments import MAX_ITEMS
from tensorboard_plugin_rlboard.web.json_answers import encode
from tensorboard_plugin_rlboard.web.routes import ROUTES

NUMBERS = (1e308, -1e308, 1.7e308, 5e-324, float("inf"), float("nan"), -0.0, 1e150, 709.0, -746.0, -1.0, 1.0)
OF_TOKENS = (
    *("logprobs", "ref_logprobs", "rollout_logprobs", "new_logprobs", "values"),
    *("token_rewards", "advantages", "entropies"),
)
OF_SAMPLES = ("reward", "ref_reward", "advantage", "mine")


def huge_rows() -> Iterator[Row]:
    """Twelve steps of eight samples of up to six tokens; number after number of those above in all that takes one."""
    numbers = itertools.cycle(NUMBERS)
    for step, i in itertools.product(range(12), range(8)):
        n = (0, 1, 3, 5, 6)[(step + i) % 5]
        ours: Row = {
            "step": step,
            "prompt": f"p{i // 4}",
            "response": "x " * n,
            "group_id": f"{step}.{i // 4}",
        }
        ours["response_tokens"] = [f"t{j}" for j in range(n)]
        ours |= {name: next(numbers) for name in OF_SAMPLES}
        yield ours | {name: [next(numbers) for _ in range(n)] for name in OF_TOKENS}


@pytest.fixture(scope="module")
def log(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestLog]:
    """Two runs of such rows."""
    with TestLog(tmp_path_factory.mktemp("huge")) as made:
        made.write(*huge_rows(), file="r/a.jsonl")
        made.write(*huge_rows(), file="q/a.jsonl")
        yield made


def test_numbers_without_end_warn_nobody(log: TestLog) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        board = log.open(with_curves=True)

        def ask(path: str, **arguments: str | list[str]) -> bytes:
            route = next(route for route in ROUTES if route.path == path)
            answer = route.answer(board, route.read(MultiDict({"run": "r", **arguments})))
            return answer if isinstance(answer, bytes) else encode(answer)

        info = next(run for run in board.runs().runs if run.run == "r")
        assert (info.state, info.samples) == ("ready", 96)
        ask("/findings")
        metrics = [metric.name for metric in info.metrics]
        most = MAX_ITEMS["metrics"]
        for asked in (metrics[at : at + most] for at in range(0, len(metrics), most)):
            curves = json.loads(ask("/steps", metrics=asked))
            assert curves["step"] == list(range(12))
            assert set(asked) <= curves["metrics"].keys()
        for metric in metrics:
            ask("/distribution", metric=metric, step="3")
        for metric in metrics[::4]:  # whatever they are, these have all numbers
            ask("/compare", against="q", metric=metric)
            ask("/prompts", metric=metric)
        for metric in [metric.name for metric in info.token_metrics]:
            ask("/worst_tokens", metric=metric)
        for sample in json.loads(ask("/samples", step_min="0", limit="20"))["columns"]["id"]:
            ask("/sample", id=sample)
            ask("/tokens", id=sample)
