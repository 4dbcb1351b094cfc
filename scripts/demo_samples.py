"""Copies a part of `rollout_samples` into the package, for `rlboard demo`: one rank and the evaluation, compressed.

    python scripts/demo_samples.py

The lines are what the training wrote; only the second rank is left out. `rollouts.config.json` has the settings that
`rollout_samples/README.md` names.
"""

from __future__ import annotations

import gzip
import json
import shutil
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
SOURCE = ROOT / "rollout_samples"
TARGET = ROOT / "tensorboard_plugin_rlboard" / "samples"
FILES = ("train_couplets/rollouts.rank_0.jsonl", "eval_couplets/rollouts.eval.rank_0.jsonl")
CONFIG = {"gamma": 1.0, "lam": 0.95, "beta": 0.03, "epsilon": 0.2, "temperature": 1.0}


def main() -> None:
    """Writes the folder anew."""
    shutil.rmtree(TARGET, ignore_errors=True)
    for name in FILES:
        target = TARGET / f"{name}.gz"
        target.parent.mkdir(parents=True)
        # Without a time, equal logs give equal files.
        target.write_bytes(gzip.compress((SOURCE / name).read_bytes(), mtime=0))
        for events in sorted((SOURCE / name).parent.glob("events.out.tfevents.*")):
            shutil.copyfile(events, target.parent / events.name)
        (target.parent / "rollouts.config.json").write_text(
            json.dumps({"version": 1, "config": CONFIG}) + "\n"
        )


if __name__ == "__main__":
    main()
