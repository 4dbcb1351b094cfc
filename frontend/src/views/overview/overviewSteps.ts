import { useMemo } from "preact/hooks";
import type { Steps } from "../../api/answers";
import { api } from "../../api/client";
import { type Answer, runScope, steps, stepsError, stepsStale, useAnswer } from "../../state/data";
import { joined } from "./lines";

/** The steps of the run with every metric that is on screen: those beyond the usual ones are asked for. */
export function useOverviewSteps(wanted: readonly string[]): Answer<Steps> {
  const base = steps.value;
  const missing = base ? wanted.filter((name) => !Object.hasOwn(base.metrics, name)).sort() : [];
  const scope = runScope.value;
  const key = missing.length === 0 ? "" : `steps ${JSON.stringify([scope, missing])}`;
  const more = useAnswer(key, (signal) => api.steps(scope, missing, signal));
  // An answer about another run must not be laid beside this run's steps, however briefly.
  const extra = more.stale ? null : more.data;
  const data = useMemo(() => base && joined(base, extra), [base, extra]);
  return {
    data,
    error: stepsError.value ?? more.error,
    loading: more.loading,
    stale: stepsStale.value,
  };
}
