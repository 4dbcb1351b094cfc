import { useMemo } from "preact/hooks";
import type { Steps } from "../../api/answers";
import { api } from "../../api/client";
import { type Answer, shownScope, steps, stepsError, stepsStale, useAnswer } from "../../state/data";
import { joined } from "./curves/curveLines";

/**
 * The steps of the run with every metric that is on screen: those beyond the usual ones are asked for. With a filter
 * all are, of the selected samples; the steps that the page walks along are never filtered.
 */
export function useOverviewSteps(wanted: readonly string[]): Answer<Steps> {
  const base = steps.value;
  const scope = shownScope.value;
  const filtered = scope.where !== undefined;
  const missing = base ? wanted.filter((name) => filtered || !Object.hasOwn(base.metrics, name)) : [];
  const metrics = [...missing].sort();
  const key = metrics.length === 0 ? "" : `steps ${JSON.stringify([scope, metrics])}`;
  const more = useAnswer(key, (signal) => api.steps(scope, metrics, signal, "curves"));
  // An answer about another run must not be laid beside this run's steps, however briefly.
  const extra = more.stale ? null : more.data;
  const unfiltered = useMemo(() => base && joined(base, extra), [base, extra]);
  return {
    // Until the first answer about the filter the curves of all samples stay, dimmed.
    data: filtered ? (more.data ?? (more.error === null ? base : null)) : unfiltered,
    error: stepsError.value ?? more.error,
    loading: more.loading,
    stale: stepsStale.value || (filtered && (more.stale || more.data === null)),
  };
}
