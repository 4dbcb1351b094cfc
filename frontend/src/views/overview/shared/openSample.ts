import { select } from "../../../state/selection";

/** Opening is a history entry, so that Back leads to the chart again. */
export function openSample(id: string): void {
  select({ sample: id, view: "samples" }, "push");
}
