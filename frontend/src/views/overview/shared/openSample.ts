import { select } from "../../../state/selection";

/** Opens a sample, as a new history entry: Back leads to the chart again. */
export function openSample(id: string): void {
  select({ sample: id, view: "samples" }, "push");
}
