"""Traces of MLflow with a score each, in its file store and as a line each: they are named, with the lines that open them."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import mlflow  # type: ignore[import-not-found]  # of the dump's environment


def predict(question: str) -> str:
    """What is traced."""
    return f"It is {question}."


def main(folder: Path) -> None:
    """Writes the store, and its traces as lines."""
    os.environ["MLFLOW_ENABLE_ASYNC_TRACE_LOGGING"] = "false"
    os.environ["MLFLOW_ALLOW_FILE_STORE"] = "true"
    mlflow.set_tracking_uri((folder / "mlruns").resolve().as_uri())
    mlflow.set_experiment("rollouts")
    traced, lines = mlflow.trace(predict), []
    for n in range(4):
        traced(f"{n}+1?")
        trace = mlflow.get_last_active_trace_id()
        mlflow.log_feedback(trace_id=trace, name="correct", value=float(n % 2))
        lines.append(mlflow.get_trace(trace).to_json())
    (folder / "traces.jsonl").write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
