/** Moving from sample to sample with one open: in the order of the table, else in the order of logging. */

import { signal } from "@preact/signals";
import type { Sample } from "../api/answers";
import * as endpoints from "../api/endpoints";
import { noteWalk } from "../state/lastWalk";
import { select, selection } from "../state/selection";
import { sampleScope } from "./scopes";

/** Sample ids by row of the table as far as loaded; undefined where a page is not there yet. */
export const listOrder = signal<{ ids: readonly (string | undefined)[]; total: number }>({
  ids: [],
  total: 0,
});

/** Loads the page that holds a row. The table sets it while it is on screen. */
export const rowLoader = signal<((row: number) => Promise<void>) | null>(null);

/** The row of the open sample, -1 if it is not among the loaded ones. */
export function openSampleRow(): number {
  const { sample } = selection.value;
  return sample === null ? -1 : listOrder.value.ids.indexOf(sample);
}

async function openSampleAt(row: number): Promise<boolean> {
  if (row < 0 || row >= listOrder.peek().total) return false;
  if (listOrder.peek().ids[row] === undefined) await rowLoader.peek()?.(row);
  const id = listOrder.peek().ids[row];
  if (id === undefined) return false;
  select({ sample: id });
  return true;
}

/**
 * Opens the sample after (1) or before (-1) the open one. False at the end, or while none is open.
 *
 * @param loaded The open sample where the caller has it: then its neighbours need not be asked for.
 */
export async function moveSample(by: 1 | -1, loaded: Sample | null = null): Promise<boolean> {
  const { sample } = selection.peek();
  if (sample === null) return false;
  noteWalk("samples", by);
  const row = openSampleRow();
  if (row >= 0) return openSampleAt(row + by);
  // A link may open a sample that the table has not reached, or does not list: go by the order of logging.
  const { neighbours } = loaded ?? (await endpoints.sample({ ...sampleScope.peek(), id: sample }));
  const id = by === 1 ? neighbours.next : neighbours.previous;
  if (id === null || selection.peek().sample !== sample) return false;
  select({ sample: id });
  return true;
}

export interface SampleNeighbours {
  previous: string | null;
  next: string | null;
}

/** The ids before and after the open sample, as far as they are known without asking. */
export function sampleNeighbours(sample: Sample | null): SampleNeighbours {
  const row = openSampleRow();
  if (row < 0)
    return { previous: sample?.neighbours.previous ?? null, next: sample?.neighbours.next ?? null };
  const { ids } = listOrder.value;
  return { previous: ids[row - 1] ?? null, next: ids[row + 1] ?? null };
}

/** Whether there is a sample after (1) or before (-1) the open one, loaded or not. */
export function canMoveSample(sample: Sample | null, by: 1 | -1): boolean {
  const row = openSampleRow();
  if (row >= 0) return row + by >= 0 && row + by < listOrder.value.total;
  return sampleNeighbours(sample)[by === 1 ? "next" : "previous"] !== null;
}
