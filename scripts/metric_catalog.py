"""Writes the metric registry as the files that the frontend reads: labels and hints by metric, and where each is described.

`make metrics` runs this after a change of `tensorboard_plugin_rlboard/metrics/catalog`. Chinese is a file of its own, read by who reads Chinese.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from tensorboard_plugin_rlboard.metrics.catalog.catalog import METRICS  # noqa: E402 (found by the line above)

FRONTEND = ROOT / "frontend" / "src"


def contents() -> dict[Path, str]:
    """The files: names sorted; a metric without labels has no entry and is shown by its name."""
    labelled = [
        (name, metric.en, metric.zh, metric.anchor)
        for name, metric in sorted(METRICS.items())
        if metric.en is not None and metric.zh is not None
    ]
    english = {name: {"label": en.label, "hint": en.hint} for name, en, _, _ in labelled}
    chinese = {name: {"label": zh.label, "hint": zh.hint} for name, _, zh, _ in labelled}
    anchors = {name: anchor for name, _, _, anchor in labelled}
    return {
        FRONTEND / "metrics" / "catalog.json": _as_json({"english": english, "anchors": anchors}),
        FRONTEND / "i18n" / "zh" / "metricNames.json": _as_json(chinese),
    }


def _as_json(value: object) -> str:
    return json.dumps(value, indent=2, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    for path, content in contents().items():
        path.write_text(content, encoding="utf-8")
