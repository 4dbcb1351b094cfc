import { select } from "../../../state/selection";

/** Every kind of group that gives no gradient, as the address names them. */
const WITHOUT_GRADIENT = "filtered,all_truncated,all_right,all_wrong,all_equal,one_member,unrewarded";

/** Shows the groups of the selected step that give no gradient. */
export function openGroupsWithoutGradient(): void {
  select({ view: "groups", kinds: WITHOUT_GRADIENT, group: "", step_min: null, step_max: null }, "push");
}
