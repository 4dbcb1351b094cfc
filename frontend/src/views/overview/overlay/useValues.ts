import { useMemo } from "preact/hooks";
import type { ApiError } from "../../../api/errors";
import { RUN_ROLES } from "../../../charts/shared/chartColours";
import { curvesByValue, type StepsByValue, splitColumn } from "../../../data/compare/byValue";
import { overlaidRuns } from "../../../data/compare/overlay";
import { run } from "../../../data/runs";
import { shownScope } from "../../../data/scopes";
import { useAnswer } from "../../../data/useAnswer";
import type { ChartSource } from "../catalogue/chartCatalogue";
import { comparedLine } from "./comparedLine";
import type { Overlay } from "./overlaidLines";

/** The values that curves are split by, as lines of every chart. */
export interface ValueCurves {
  /** The curves of each value; null until they are there. */
  readonly answer: StepsByValue | null;
  readonly error: ApiError | null;
  readonly loading: boolean;
  /** Those of the values that have a colour of their own, which those of overlaid runs are not. */
  readonly overlays: readonly Overlay[];
}

/** The curves of the values of the chosen text column, of the metrics that charts show. */
export function useValues(charts: readonly ChartSource[]): ValueCurves {
  const by = splitColumn.value;
  const mains = charts.flatMap((chart) => comparedLine(chart) ?? []).filter(({ from }) => from === "metric");
  const had = new Set(run.value?.metrics.map(({ name }) => name));
  const metrics = [...new Set(mains.map(({ name }) => name))].filter((name) => had.has(name));
  const parameters = by === "" || metrics.length === 0 ? null : { ...shownScope.value, by, metrics };
  const { data, error, loading } = useAnswer(curvesByValue, parameters);
  const taken = overlaidRuns.value.length;
  const overlays = useMemo(() => (data === null ? [] : overlaysOf(data, taken)), [data, taken]);
  return { answer: data, error, loading, overlays };
}

function overlaysOf({ values, series }: StepsByValue, taken: number): Overlay[] {
  return values.slice(0, Math.max(0, RUN_ROLES.length - taken)).map((value, k) => ({
    overlaid: { run: value, isShown: true, place: taken + k },
    curves: { run: value, steps: series[k] ?? null, error: null },
  }));
}
