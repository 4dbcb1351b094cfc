/** What the list is sorted by, whether a head of the table, a ready-made order or the curve that was clicked says so. */

import { computed, type ReadonlySignal } from "@preact/signals";
import { followed } from "../../metrics";
import { selected } from "../../state/selection";

/** The number that each ready-made order sorts by, as the server does it; the random draw has none. */
export const PRESET_SORTS: Readonly<Record<string, { name: string; order: "asc" | "desc" }>> = {
  best: { name: "reward", order: "desc" },
  worst: { name: "reward", order: "asc" },
  largest_kl: { name: "log_ratio_mean", order: "desc" },
  smallest_kl: { name: "log_ratio_mean", order: "asc" },
  most_negative_kl: { name: "log_ratio_mean", order: "asc" },
  suspect_reference: { name: "ref_prob_mean", order: "desc" },
};

/** The column that the list is sorted by and its direction; "" is the order of the log, or a random one. */
export const shownSort: ReadonlySignal<{ readonly name: string; readonly order: "asc" | "desc" }> = computed(
  () => {
    const [sort, preset] = [selected.sort.value, selected.preset.value];
    if (sort !== "") return { name: sort, order: selected.order.value };
    const along = preset === "" ? followed.value : null;
    return along ?? PRESET_SORTS[preset] ?? { name: "", order: "desc" };
  },
);
