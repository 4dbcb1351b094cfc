"""Evaluations of lm-evaluation-harness with its dummy model: a task with two filters, one of several metrics, choices.

The tasks lie beside their data in a folder of their own, and nothing is fetched.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

QUESTIONS = (("1+2=?", "3"), ("2+2=?", "4"), ("三加四等于几?", "7"))
_COMMON = """dataset_path: json
dataset_kwargs:
  data_files:
    test: questions.jsonl
test_split: test
doc_to_text: "Q: {{question}}\\nA:"
"""
_GENERATED = """output_type: generate_until
doc_to_target: "{{answer}}"
generation_kwargs:
  until: ["\\n"]
"""
TASKS = {
    "filters": f"""task: filters
{_COMMON}{_GENERATED}metric_list:
  - metric: exact_match
filter_list:
  - name: first
    filter:
      - function: take_first
  - name: number
    filter:
      - function: regex
        regex_pattern: "(\\\\d+)"
      - function: take_first
""",
    "repeats": f"""task: repeats
{_COMMON}{_GENERATED}repeats: 2
metric_list:
  - metric: exact_match
  - metric: bypass
""",
    "choices": f"""task: choices
{_COMMON}output_type: multiple_choice
doc_to_choice: ["3", "4", "7"]
doc_to_target: "{{{{[\\"3\\", \\"4\\", \\"7\\"].index(answer)}}}}"
metric_list:
  - metric: acc
""",
}


def main() -> None:
    """Writes the samples of each task."""
    folder = Path(sys.argv[1]).resolve()
    with tempfile.TemporaryDirectory() as work:
        rows = [json.dumps({"question": asked, "answer": answer}) for asked, answer in QUESTIONS]
        (Path(work) / "questions.jsonl").write_text("\n".join(rows) + "\n", encoding="utf-8")
        for name, text in TASKS.items():
            (Path(work) / f"{name}.yaml").write_text(text, encoding="utf-8")
        command = [sys.executable, "-m", "lm_eval", "--model", "dummy", "--tasks", ",".join(TASKS)]
        command += ["--include_path", ".", "--log_samples", "--output_path", str(folder)]
        caches = {"HF_HOME": work, "HF_HUB_OFFLINE": "1"}
        subprocess.run(command, check=True, cwd=work, env=os.environ | caches)


if __name__ == "__main__":
    main()
