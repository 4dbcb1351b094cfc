import type uPlot from "uplot";
import { chartPalette } from "../shared/chartColours";
import type { OffChartStep } from "./valueRange";

/** Half the width of a mark in CSS pixels. */
const HALF_MARK_PX = 3.5;

/** Draws what is not on the chart at its edge: triangles that point to where it lies, crosses for what is no number. */
export function drawOffChartMarks(plot: uPlot, marks: readonly OffChartStep[]): void {
  const { ctx, bbox } = plot;
  if (marks.length === 0) return;
  const half = HALF_MARK_PX * devicePixelRatio;
  const drawn = new Set<string>();
  ctx.save();
  ctx.fillStyle = chartPalette().mark;
  ctx.strokeStyle = chartPalette().mark;
  ctx.lineWidth = 1.5 * devicePixelRatio;
  for (const { step, why } of marks) {
    const x = Math.round(plot.valToPos(step, "x", true));
    // Thousands of marks on a few hundred pixels are one band of colour: each place is drawn once.
    const place = `${why} ${Math.round(x / half)}`;
    if (drawn.has(place)) continue;
    drawn.add(place);
    const top = why === "above" ? bbox.top : bbox.top + bbox.height - 2 * half;
    ctx.beginPath();
    if (why === "nonfinite") cross(ctx, x, top, half);
    else triangle(ctx, x, top, half, why === "above");
    if (why === "above" || why === "below") ctx.fill();
    else ctx.stroke();
  }
  ctx.restore();
}

function cross(ctx: CanvasRenderingContext2D, x: number, top: number, half: number): void {
  ctx.moveTo(x - half, top);
  ctx.lineTo(x + half, top + 2 * half);
  ctx.moveTo(x + half, top);
  ctx.lineTo(x - half, top + 2 * half);
}

function triangle(ctx: CanvasRenderingContext2D, x: number, top: number, half: number, up: boolean): void {
  const [tip, base] = up ? [top, top + 2 * half] : [top + 2 * half, top];
  ctx.moveTo(x, tip);
  ctx.lineTo(x + half, base);
  ctx.lineTo(x - half, base);
  ctx.closePath();
}
