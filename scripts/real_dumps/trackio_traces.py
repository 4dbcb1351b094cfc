"""Traces of Trackio: two steps with two answers each to one prompt, in the database and the session files of a project."""

from __future__ import annotations

import os
import sys


def main() -> None:
    """Logs the traces and ends the run."""
    os.environ["TRACKIO_DIR"] = sys.argv[1]
    import trackio  # noqa: PLC0415  it reads the folder when it is imported

    trackio.init(project="sums", name="grpo", config={"beta": 0.04}, embed=False)
    for step in (1, 2):
        traces = [
            trackio.Trace(
                [{"role": "user", "content": "2+3?"}, {"role": "assistant", "content": answer}],
                metadata={"reward": reward, "advantage": reward - 0.5, "model_version": step, "group_id": 7},
            )
            for answer, reward in (("5", 1.0), ("六", 0.0))
        ]
        trackio.log({"loss": 1 / step, "rollouts": traces}, step=step)
    trackio.finish()


if __name__ == "__main__":
    main()
