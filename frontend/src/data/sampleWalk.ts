/** The samples in the order of the table, for walking from one to the next with the drawer open. */

import { signal } from "@preact/signals";
import { api } from "../api/endpoints";
import { select, selection } from "../state/selection";
import { sampleScope } from "./useAnswer";

/** Ids by row of the table as far as loaded; undefined where a page is not there yet. */
export const order = signal<{ ids: readonly (string | undefined)[]; total: number }>({ ids: [], total: 0 });

/** Loads the page that holds a row. The table gives it while it is on screen. */
export const needRow = signal<((row: number) => Promise<void>) | null>(null);

/** The row of the open sample, -1 if it is not among the loaded ones. */
export function openRow(): number {
  const { sample } = selection.value;
  return sample === null ? -1 : order.value.ids.indexOf(sample);
}

async function open(row: number): Promise<boolean> {
  if (row < 0 || row >= order.peek().total) return false;
  if (order.peek().ids[row] === undefined) await needRow.peek()?.(row);
  const id = order.peek().ids[row];
  if (id === undefined) return false;
  select({ sample: id });
  return true;
}

async function walk(by: 1 | -1): Promise<boolean> {
  const { sample } = selection.peek();
  if (sample === null) return false;
  const row = openRow();
  if (row >= 0) return open(row + by);
  // A link may open a sample that the table has not reached, or does not list: go by the order of logging.
  const { neighbours } = await api.sample(sampleScope.peek(), sample);
  const id = by === 1 ? neighbours.next : neighbours.previous;
  if (id === null || selection.peek().sample !== sample) return false;
  select({ sample: id });
  return true;
}

/** Opens the sample after the open one. False at the end. */
export function nextSample(): Promise<boolean> {
  return walk(1);
}

/** Opens the sample before the open one. */
export function previousSample(): Promise<boolean> {
  return walk(-1);
}
