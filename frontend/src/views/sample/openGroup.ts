import type { Sample } from "../../api/answers";
import { select } from "../../state/selection";

/** Shows the group of a sample, all members side by side. False where it is in none. */
export function openGroup(sample: Sample | null): boolean {
  if (sample === null || sample.group === null) return false;
  const step = { step: sample.step, step_min: null, step_max: null };
  const group = { group: sample.group, group_step: sample.step, kinds: "", sample: null };
  select({ view: "groups", split: sample.split, ...step, ...group }, "push");
  return true;
}
