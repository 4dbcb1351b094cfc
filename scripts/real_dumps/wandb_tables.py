"""Tables of Weights & Biases in an offline run: one logged anew at each step, one that grows, and one in increments."""

from __future__ import annotations

import os
import sys

HEADERS = ["step", "prompt", "completion", "reward"]


def rows(step: int) -> list[list[object]]:
    """Two samples of a step."""
    return [[step, "2+3?", f"5, at {step}", 1.0], [step, "2+3?", '六,\n"no"', 0.25 * step]]


def main() -> None:
    """Logs three steps and ends the run; nothing is sent anywhere."""
    os.environ |= {"WANDB_MODE": "offline", "WANDB_SILENT": "true"}
    import wandb  # noqa: PLC0415  it reads the environment when it is imported

    run = wandb.init(project="sums", dir=sys.argv[1])
    grown: list[list[object]] = []
    parts = wandb.Table(columns=HEADERS, log_mode="INCREMENTAL")
    for step in range(3):
        grown += rows(step)
        for row in rows(step):
            parts.add_data(*row)
        run.log(
            {
                "anew": wandb.Table(columns=HEADERS, data=rows(step)),
                "grown": wandb.Table(columns=HEADERS, data=list(grown)),
                "parts": parts,
            },
            step=step,
        )
    run.finish()


if __name__ == "__main__":
    main()
