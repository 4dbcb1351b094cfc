"""Writes the metric registry as the file that the frontend reads: labels, hints and anchors by metric.

`make metrics` runs this after a change of `tensorboard_plugin_rlboard/metrics/catalog`.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from tensorboard_plugin_rlboard.metrics.catalog.catalog import METRICS  # noqa: E402 (found by the line above)

TARGET = ROOT / "frontend" / "src" / "metrics" / "catalog.json"


def content() -> str:
    """The file: names sorted; a metric without labels has no entry and is shown by its name."""
    metrics = {
        name: {
            "en": {"label": metric.en.label, "hint": metric.en.hint},
            "zh": {"label": metric.zh.label, "hint": metric.zh.hint},
            "anchor": metric.anchor,
        }
        for name, metric in sorted(METRICS.items())
        if metric.en is not None and metric.zh is not None
    }
    return json.dumps({"metrics": metrics}, indent=2, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    TARGET.write_text(content(), encoding="utf-8")
