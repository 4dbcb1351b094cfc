/** From sample to sample: in the order of the table where the sample is in it, else in the order of logging. */

import type { Sample } from "../../api/answers";
import { nextSample, openRow, order, previousSample } from "../../data/sampleWalk";
import { select } from "../../state/selection";

export interface Neighbours {
  previous: string | null;
  next: string | null;
}

/** The ids before and after the open sample, as far as they are known without asking. */
export function neighbours(sample: Sample | null): Neighbours {
  const row = openRow();
  if (row < 0)
    return { previous: sample?.neighbours.previous ?? null, next: sample?.neighbours.next ?? null };
  const { ids } = order.value;
  return { previous: ids[row - 1] ?? null, next: ids[row + 1] ?? null };
}

/** Whether there is a sample before (`-1`) or after (`1`) the open one, loaded or not. */
export function canWalk(sample: Sample | null, way: 1 | -1): boolean {
  const row = openRow();
  if (row >= 0) return row + way >= 0 && row + way < order.value.total;
  return neighbours(sample)[way === 1 ? "next" : "previous"] !== null;
}

export async function walk(sample: Sample | null, way: 1 | -1): Promise<void> {
  if (openRow() >= 0) {
    await (way === 1 ? nextSample() : previousSample());
    return;
  }
  const id = neighbours(sample)[way === 1 ? "next" : "previous"];
  if (id !== null) select({ sample: id });
}
