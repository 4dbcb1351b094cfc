import type uPlot from "uplot";
import { chartPalette } from "../../charts/shared/chartColours";
import { maskedStretches } from "./maskedStretches";

/** Grey bands where no statistic counts the tokens: tool output, prompt echoes, padding. */
export function paintMasked({ ctx, bbox, valToPos }: uPlot, mask: readonly boolean[] | null): void {
  ctx.save();
  ctx.beginPath();
  ctx.rect(bbox.left, bbox.top, bbox.width, bbox.height);
  ctx.clip();
  ctx.fillStyle = chartPalette().grid;
  for (const [from, to] of maskedStretches(mask)) {
    const left = valToPos(from - 0.5, "x", true);
    ctx.fillRect(left, bbox.top, valToPos(to - 0.5, "x", true) - left, bbox.height);
  }
  ctx.restore();
}
