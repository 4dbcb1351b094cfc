import { useMemo } from "preact/hooks";
import { type OverlaidRun, overlaidRuns } from "../../../data/compare/overlay";
import { type OverlaidScalars, overlayScalars } from "../../../data/compare/scalars";
import { runs } from "../../../data/runs";
import { useAnswer } from "../../../data/useAnswer";

/** A run that is drawn over the others, with its scalars; none of a run that TensorBoard has none of. */
export interface ScalarOverlay extends OverlaidScalars {
  readonly overlaid: OverlaidRun;
}

const NONE: readonly ScalarOverlay[] = [];

/** The scalars of the runs that lie over the others, as far as they have come. */
export function useScalarOverlays(tags: readonly string[]): readonly ScalarOverlay[] {
  const overlaid = overlaidRuns.value;
  const shown = overlaid.filter(({ isShown }) => isShown).map(({ run }) => run);
  const paired = shown.filter((name) => runs.value?.runs.some((info) => isPaired(info, name)));
  const isAsked = tags.length > 0 && paired.length > 0;
  const { data } = useAnswer(overlayScalars, isAsked ? { runs: paired, tag: tags } : null);
  // The same list as long as nothing has changed: every chart is made anew with another one.
  return useMemo(() => {
    if (data === null && isAsked) return NONE;
    return overlaid
      .filter(({ isShown }) => isShown)
      .map((one) => ({ overlaid: one, ...(data?.find(({ run }) => run === one.run) ?? without(one.run)) }));
  }, [data, overlaid, isAsked]);
}

const isPaired = (info: { run: string; scalar_runs: readonly string[] }, name: string): boolean =>
  info.run === name && info.scalar_runs.length > 0;

const without = (run: string): OverlaidScalars => ({ run, series: {}, error: null });
