import { useMemo } from "preact/hooks";
import type { Steps } from "../../api/answers";
import { curveMetrics } from "../../data/questions/stepMetrics";
import { shownScope } from "../../data/scopes";
import { steps, stepsError, stepsStale } from "../../data/steps";
import { type Answer, useAnswer } from "../../data/useAnswer";
import { withFurtherMetrics } from "./curves/curveLines";

/**
 * The steps of the run with every metric that is on screen: those beyond the usual ones are asked for. With a filter or a search
 * all are, of the selected samples; the steps that the page walks along are never narrowed.
 */
export function useOverviewSteps(metricNames: readonly string[]): Answer<Steps> {
  const runSteps = steps.value;
  const scope = shownScope.value;
  const isFiltered = scope.where !== undefined || scope.search !== undefined;
  const isMissing = (name: string) => isFiltered || !Object.hasOwn(runSteps?.metrics ?? {}, name);
  const metrics = runSteps === null ? [] : metricNames.filter(isMissing).sort();
  const further = useAnswer(curveMetrics, metrics.length === 0 ? null : { ...scope, metrics });
  // An answer about another run must not be laid beside this run's steps, however briefly.
  const furtherSteps = further.stale ? null : further.data;
  const unfiltered = useMemo(
    () => runSteps && withFurtherMetrics(runSteps, furtherSteps),
    [runSteps, furtherSteps],
  );
  return {
    // Until the first answer about the filter the curves of all samples stay, dimmed.
    data: isFiltered ? (further.data ?? (further.error === null ? runSteps : null)) : unfiltered,
    parameters: further.parameters,
    error: stepsError.value ?? further.error,
    loading: further.loading,
    stale: stepsStale.value || (isFiltered && (further.stale || further.data === null)),
  };
}
