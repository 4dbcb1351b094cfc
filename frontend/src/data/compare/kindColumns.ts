/** The text columns of a run that may tell kinds of samples apart: data_source, difficulty. */

import { computed } from "@preact/signals";
import { run } from "../runs";

/** Texts of which each sample has its own. */
const OWN_TEXTS = new Set(["prompt", "response", "ref_response", "ground_truth"]);

export const kindColumns = computed(() =>
  (run.value?.text_columns ?? []).filter((name) => !OWN_TEXTS.has(name)),
);
