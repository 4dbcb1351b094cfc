/** Of which metric the distribution over a step's samples is shown. */

import type { RunInfo } from "../../../api/answers";
import { isString, storedSignal } from "../../../lib/storage";
import { followed, followMetric } from "../../../metrics";

const chosenMetric = storedSignal("overview.distribution_metric", "reward", isString);

/** The metric whose distribution is shown: that of the clicked curve, else the remembered one where the run has it. */
export function distributionMetric(run: RunInfo): string {
  const names = run.metrics.map((metric) => metric.name);
  return (
    [followed.value?.name ?? "", chosenMetric.value, "reward"].find((name) => names.includes(name)) ??
    names[0] ??
    ""
  );
}

/** Shows another metric's; where a clicked curve is followed, everything else follows this one then. */
export function chooseDistributionMetric(name: string): void {
  chosenMetric.value = name;
  if (followed.value !== null) followMetric(name, followed.value.order);
}
