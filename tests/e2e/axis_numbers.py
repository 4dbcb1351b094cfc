"""The numbers beside the axes of a chart, as they are drawn."""

from __future__ import annotations

from typing import Any

from tab import Tab


def numbers_beside(tab: Tab, chart: str) -> list[dict[str, Any]]:
    """What is written right-aligned on the canvas of a chart when it is painted next: each text with its left end in pixels."""
    tab.js(
        """chart => {
            const drawn = window.drawn = [];
            const draw = CanvasRenderingContext2D.prototype.fillText;
            CanvasRenderingContext2D.prototype.fillText = function (text, x, y) {
                const width = this.measureText(text).width;
                if (this.canvas.closest(`[data-testid=${chart}]`) && this.textAlign === "right")
                    drawn.push({ text, left: x - width });
                return draw.call(this, text, x, y);
            };
        }""",
        chart,
    )
    size = tab.page.viewport_size
    assert size is not None
    tab.page.set_viewport_size({"width": size["width"] - 40, "height": size["height"]})
    tab.frame.wait_for_function("() => window.drawn.length > 1")
    found: list[dict[str, Any]] = tab.js("() => window.drawn")
    return found
