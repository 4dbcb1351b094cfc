/** Lines of other runs laid over those of the run, on the steps of all of them. */

import type { CurveLine } from "../../../charts/curves/plotColumns";
import { type ColourRole, RUN_ROLES } from "../../../charts/shared/chartColours";
import type { CurveValue } from "../../../charts/shared/series";
import type { OverlaidCurves, OverlaidRun } from "../../../data/compare/overlay";
import { runs } from "../../../data/runs";
import type { LineSource } from "../catalogue/chartCatalogue";
import { type CurveStyle, curveLine } from "../curves/curveLines";

/** A run that is drawn over the others, with its numbers. */
export interface Overlay {
  readonly overlaid: OverlaidRun;
  readonly curves: OverlaidCurves;
}

export interface Overlaid {
  readonly x: readonly number[];
  /** Those of the other runs first: the run's own are drawn on top, and its main line is the last one. */
  readonly lines: readonly CurveLine[];
  /** Values at the run's own steps, laid onto `x`. */
  readonly spread: <T>(values: readonly T[]) => (T | undefined)[];
}

/** The steps of all lists, each once, ascending. */
export function unionOfSteps(lists: readonly (readonly number[])[]): number[] {
  return [...new Set(lists.flat())].sort((a, b) => a - b);
}

function spreader(from: readonly number[], x: readonly number[]): Overlaid["spread"] {
  const at = new Map(from.map((step, i) => [step, i]));
  return (values) => x.map((step) => values[at.get(step) ?? -1]);
}

/**
 * The lines of a chart with those of other runs. Where the chart has several of its own, theirs say which one they are, and
 * of its own that one is left, and what is grey.
 *
 * @param steps The run's own steps, which `lines` are of.
 * @param compared What the other runs show in this chart: one of its lines.
 */
export function withOverlays(
  steps: readonly number[],
  lines: readonly CurveLine[],
  overlays: readonly Overlay[],
  compared: LineSource | undefined,
  style: CurveStyle,
): Overlaid {
  const shown = lines.find(({ key }) => key === compared?.name) ?? lines.at(-1);
  const shows = lines.length > 1 ? ` · ${shown?.label}` : "";
  const others = overlays.flatMap(({ overlaid, curves }) => {
    const label = `${overlaid.run}${shows}`;
    const own =
      compared && curves.steps && curveLine(compared, label, curves.steps, { ...style, band: "none" });
    const colour: ColourRole = RUN_ROLES[overlaid.place] ?? "muted";
    return own && curves.steps
      ? [{ line: { ...own, key: `${overlaid.place} ${overlaid.run}`, colour }, steps: curves.steps.step }]
      : [];
  });
  return laidTogether(steps, others.length > 0 && shown ? ownAmongRuns(lines, shown) : lines, others);
}

const PLAIN: CurveStyle = { band: "none", bandScale: 1, fromZero: false };

/** Colours that no run has. */
const GREY: ReadonlySet<ColourRole> = new Set<ColourRole>(["ref", "muted"]);

/** The run's own lines among those of others: the one that all show, in the colour of the legend, and what is grey; any other has a colour that is a run's. */
function ownAmongRuns(lines: readonly CurveLine[], shown: CurveLine): CurveLine[] {
  const grey = lines.filter((line) => line !== shown && GREY.has(line.colour));
  return [...grey, { ...shown, colour: "policy" }];
}

/** The names of the runs that have come, and have no value of what the others show; what was not asked of them yet they may have. */
export function runsWithout(overlays: readonly Overlay[], compared: LineSource | undefined): string[] {
  const lacks = ({ overlaid: { run }, curves: { steps } }: Overlay): boolean => {
    if (compared === undefined || steps === null) return false;
    const values = curveLine(compared, run, steps, PLAIN)?.values;
    if (values !== undefined) return values.every((value) => value === undefined);
    const listed = runs.value?.runs.find((info) => info.run === run)?.metrics;
    return listed !== undefined && !listed.some(({ name }) => name === compared.name);
  };
  return overlays.filter(lacks).map(({ overlaid }) => overlaid.run);
}

/** A line of another run, and its steps. */
export interface OtherLine {
  readonly line: CurveLine;
  readonly steps: readonly number[];
}

/** Lines of a chart and of others, on the steps of all of them. */
export function laidTogether(
  steps: readonly number[],
  lines: readonly CurveLine[],
  others: readonly OtherLine[],
): Overlaid {
  if (others.length === 0) return { x: steps, lines, spread: (values) => [...values] };
  const x = unionOfSteps([steps, ...others.map((other) => other.steps)]);
  const laid = (line: CurveLine, spread: Overlaid["spread"]): CurveLine => ({
    ...line,
    values: spread<CurveValue>(line.values),
    band: line.band && { low: spread(line.band.low), high: spread(line.band.high) },
  });
  const spread = spreader(steps, x);
  return {
    x,
    lines: [
      ...others.map((other) => laid(other.line, spreader(other.steps, x))),
      ...lines.map((line) => laid(line, spread)),
    ],
    spread,
  };
}
