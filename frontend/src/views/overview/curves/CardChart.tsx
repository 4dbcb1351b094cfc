import type { JSX } from "preact";
import { useMemo } from "preact/hooks";
import { CurveChart } from "../../../charts/curves/CurveChart";
import type { CurveLine } from "../../../charts/curves/plotColumns";
import type { ValueView } from "../../../charts/scales/valueRange";
import type { ValueScale } from "../../../charts/scales/valueScale";
import { extentOf, stepBeside } from "../../../charts/shared/series";
import { goToStep } from "../../../data/stepWalk";
import { t } from "../../../i18n";
import { formatNumber } from "../../../lib/format";
import { followMetric, orderAt } from "../../../metrics";
import { select, selected } from "../../../state/selection";
import { useFindingBands } from "../shared/findingBands";
import { setLook } from "../shared/looks";
import { smoothing } from "../shared/settings";
import { openHeaviest } from "./openHeaviest";

/** The sample metric that a click takes along to lists and tokens. */
export interface MetricToFollow {
  readonly name: string;
  /** The end of it that is looked for; null: by its smallest values where the curve is low at the clicked step. */
  readonly order: "asc" | "desc" | null;
  /** Its smallest value of a sample at each step, where that is known. */
  readonly least?: readonly (number | null | undefined)[];
}

export interface CardChartProps {
  readonly id: string;
  readonly title: string;
  readonly x: readonly number[];
  readonly lines: readonly CurveLine[];
  readonly steps: readonly number[];
  readonly metric: MetricToFollow | null;
  /** Metrics that the chart shows. */
  readonly about: readonly string[];
  /** The ready-made order of the list that a double click leads to, where it has one. */
  readonly preset?: string;
  readonly range: readonly [number, number] | null;
  readonly scale: ValueScale;
  readonly view: ValueView;
  readonly height: number;
  readonly onBucket: (steps: number) => void;
}

/** The drawing of a card: what is clicked, dragged and pressed on it becomes the selection. */
export function CardChart(props: CardChartProps): JSX.Element {
  const { id, title, x, lines, steps } = props;
  const label = useMemo(() => spokenSummary(title, lines), [title, lines]);
  const bands = useFindingBands(props.about);
  const choose = (clicked: number) => {
    goToStep(clicked);
    if (props.metric !== null) followClicked(props.metric, lines.at(-1)?.values ?? [], x.indexOf(clicked));
  };
  return (
    <CurveChart
      label={label}
      x={x}
      lines={lines}
      smoothing={smoothing.value}
      range={props.range}
      scale={props.scale}
      view={props.view}
      selected={selected.step}
      pinned={selected.pin}
      bands={bands}
      height={props.height}
      formatX={stepName}
      onBucket={props.onBucket}
      onStep={choose}
      onMove={(delta) => {
        const next = stepBeside(steps, selected.step.peek(), delta);
        if (next !== null) select({ step: next });
      }}
      onRange={(from, to) => select({ step_min: from, step_max: to })}
      onValues={(low, high) => setLook(id, { values: [rounded(low, high - low), rounded(high, high - low)] })}
      onOpen={(opened) => {
        choose(opened);
        void openHeaviest(props.metric !== null, props.preset ?? "");
      }}
    />
  );
}

/** Lists and tokens go by the metric from now on. */
function followClicked(
  { name, order, least }: MetricToFollow,
  values: CurveLine["values"],
  at: number,
): void {
  followMetric(name, order ?? orderAt(name, values, at, least?.[at]));
}

/** A step is a name, and has no commas; between two steps lies a number. */
const stepName = (x: number): string => (Number.isInteger(x) ? String(x) : formatNumber(x));

/** A place of the pointer as a number that can be read: to a thousandth of what is shown. */
function rounded(value: number, width: number): number {
  const unit = 10 ** Math.floor(Math.log10(width) - 3);
  return Number((Math.round(value / unit) * unit).toPrecision(12));
}

function spokenSummary(title: string, lines: readonly CurveLine[]): string {
  const parts = lines.map((line) => {
    const extent = extentOf(line.values);
    if (!extent) return t("overview.curve_described.nothing", { label: line.label });
    const { min, max, last } = extent;
    return t("overview.curve_described", {
      label: line.label,
      min: formatNumber(min),
      max: formatNumber(max),
      last: formatNumber(last),
    });
  });
  return [title, ...parts].join(". ");
}
