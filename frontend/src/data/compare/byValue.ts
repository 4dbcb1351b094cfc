/** Curves split by a text column: which column, and the curves of its values. */

import { computed } from "@preact/signals";
import { type ByParameters, type StepsByValue, stepsByValue } from "../../api/lazy/stepsByValue";
import { selected } from "../../state/selection";
import { Question } from "../question";
import { kindColumns } from "./kindColumns";
import { thin } from "./overlay";

export type { StepsByValue } from "../../api/lazy/stepsByValue";

/** The chosen one; "" where curves are not split, or the run has no such column. */
export const splitColumn = computed(() =>
  kindColumns.value.includes(selected.split_by.value) ? selected.split_by.value : "",
);

export const curvesByValue = new Question<ByParameters, StepsByValue>({
  name: "by value",
  place: "by value",
  load: async (parameters, options) => {
    const answer = await stepsByValue(parameters, options);
    return { ...answer, series: answer.series.map(thin) };
  },
});
