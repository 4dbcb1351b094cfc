import { useMemo } from "preact/hooks";
import type { OverlaidCurves, OverlaidRun, OverlayParameters } from "../../../data/compare/overlay";
import { overlaidRuns, overlayCurves } from "../../../data/compare/overlay";
import { runs } from "../../../data/runs";
import { shownScope } from "../../../data/scopes";
import { useAnswer } from "../../../data/useAnswer";
import type { ChartSource } from "../catalogue/chartCatalogue";
import { comparedLine } from "./comparedLine";
import type { Overlay } from "./overlaidLines";

const NONE: readonly Overlay[] = [];

/** The question on the runs that lie over the others; null where none does. */
function overlayParameters(charts: readonly ChartSource[]): OverlayParameters | null {
  const shown = overlaidRuns.value.filter(({ isShown }) => isShown);
  if (shown.length === 0) return null;
  const mains = charts.flatMap((chart) => comparedLine(chart) ?? []);
  const names = new Set(mains.filter(({ from }) => from === "metric").map(({ name }) => name));
  // An attempt is a number of one run only.
  const { run: _run, attempt: _attempt, ...scope } = shownScope.value;
  return {
    scope,
    runs: shown.map(({ run }) => {
      const had = runs.value?.runs.find((info) => info.run === run)?.metrics ?? [];
      return { run, metrics: had.map(({ name }) => name).filter((name) => names.has(name)) };
    }),
  };
}

function overlaysOf(overlaid: readonly OverlaidRun[], data: readonly OverlaidCurves[]): Overlay[] {
  return overlaid.flatMap((one) => {
    const curves = data.find(({ run }) => run === one.run);
    return one.isShown && curves !== undefined ? [{ overlaid: one, curves }] : [];
  });
}

/** The runs that lie over the others with their numbers, as far as these have come. */
export function useOverlays(charts: readonly ChartSource[]): readonly Overlay[] {
  const answer = useAnswer(overlayCurves, overlayParameters(charts));
  const { data } = answer;
  const overlaid = overlaidRuns.value;
  // The same list as long as nothing has changed: every chart is made anew with another one.
  return useMemo(() => (data === null ? NONE : overlaysOf(overlaid, data)), [data, overlaid]);
}
