"""Every documented number of files that real trainings wrote, against plain floats and exact sums.

What was logged is taken from the answers themselves (texts, logged numbers, token arrays whose origin is the log); that
the formats read it rightly is tested in tests/formats.
"""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest
from dumps import leave_out_ways
from example_counts import THOROUGH
from oracle_api import Api, Selection, number
from oracle_comparison import Comparison
from oracle_tokens import OracleSample
from repository import ROOT, SAMPLES

MOST = 12 if THOROUGH else 6
"""Samples of a run that are opened: those of its first steps."""
FOLDERS = [
    *sorted(SAMPLES.iterdir()),
    *(path for path in sorted((ROOT / "rollout_samples").iterdir()) if path.is_dir()),
]


def selections(api: Api) -> list[Selection]:
    """Each run and split, whole or its first steps."""
    found: list[Selection] = []
    for run in api.get("runs")["runs"]:
        for split in run["splits"]:
            selection = [("run", run["run"]), ("split", split)]
            steps = api.get("steps", *selection, ("metrics", "nonfinite"))
            counts, total, last = steps["step_metrics"]["n_samples"], 0.0, steps["step"][0]
            for step, count in zip(steps["step"], counts, strict=True):
                total += count
                last = step if total <= MOST or step == steps["step"][0] else last
            is_whole = last == steps["step"][-1] and len(run["splits"]) == 1
            found.append(selection if is_whole else [*selection, ("step_max", str(last))])
    return found


def logged_samples(api: Api, selection: Selection) -> tuple[list[OracleSample], float, float]:
    """What the samples of a selection log, and the discounts of their run."""
    run = api.run(selection[0][1])
    own = [metric["name"] for metric in run["metrics"] if metric["origin"] == ""]
    texts = [name for name in ("group_id", "finish_reason") if name in run["text_columns"]]
    samples, gamma, lam = [], 1.0, 1.0
    for row in api.samples(selection, ["prompt_key", *own, *texts]):
        opened = api.get("sample", selection[0], ("id", row["id"]))
        tokens = api.get("tokens", selection[0], ("id", row["id"]), ("format", "json"))
        samples.append(_as_logged(row, opened, tokens, own))
        gamma, lam = opened["gamma"], opened["lam"]
    return samples, gamma, lam


def _as_logged(row: dict[str, Any], opened: Any, tokens: Any, own: list[str]) -> OracleSample:
    logged = [metric["name"] for metric in opened["token_metrics"] if metric["origin"] == ""]
    size = max([len(opened["raw_tokens"]), *map(len, tokens.values())])
    numbers = {name: row[name] for name in own if row[name] is not None}
    if "advantages" in logged:
        numbers.pop("advantage", None)
    response = opened["texts"].get("response")
    return OracleSample(
        step=row["step"],
        prompt=row["prompt_key"],
        group=row.get("group_id"),
        response=None if response is None else response["shown"],
        finish_reason=row.get("finish_reason"),
        numbers=numbers,
        arrays={name: [number(x) for x in tokens[name]] for name in logged},
        mask=opened["mask"],
        n_tokens=size,
    )


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda path: path.name)
def test_every_number_is_the_oracles(folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    leave_out_ways(monkeypatch)  # they are no numbers, and half of what opening costs
    shutil.copytree(folder, tmp_path / "logs")
    compared = 0
    with Api(tmp_path / "logs") as api:
        for selection in selections(api):
            samples, gamma, lam = logged_samples(api, selection)
            differences = Comparison(api, selection, samples, gamma, lam).differences()
            assert not differences, "\n".join([str(selection), *differences[:40]])
            compared += len(samples)
    assert compared
