import { select } from "../../state/selection";

/** Shows a finding in the list of findings, as a new history entry: Back leads to where it was named. */
export function openFinding(id: string): void {
  select({ view: "findings", finding: id, sample: null }, "push");
}
