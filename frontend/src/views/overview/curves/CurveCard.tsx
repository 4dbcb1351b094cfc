import type { ComponentChildren, JSX } from "preact";
import { useMemo, useState } from "preact/hooks";
import type { CurveLine } from "../../../charts/curves/plotColumns";
import { type ValueView, valueView } from "../../../charts/scales/valueRange";
import { type ValueScale, valueScale } from "../../../charts/scales/valueScale";
import { t } from "../../../i18n";
import { selected } from "../../../state/selection";
import { cardElementId } from "../shared/cardIds";
import { type ChartLook, lookOf } from "../shared/looks";
import { chartSize } from "../shared/settings";
import { CardChart, type MetricToFollow } from "./CardChart";
import { CardNote } from "./CardNote";
import { CurveTable } from "./CurveTable";
import { CurveValues } from "./CurveValues";
import { LookMenu } from "./LookMenu";

const HEIGHTS = { small: 124, large: 210 } as const;

export interface CurveCardProps {
  readonly id: string;
  readonly title: string;
  readonly hint: string;
  readonly x: readonly number[];
  readonly lines: readonly CurveLine[];
  /** Steps that arrow keys walk and clicks choose from: those with samples, whatever this chart has. */
  readonly steps: readonly number[];
  /** One line under the chart: what the values at the selected step are means of. */
  readonly noteAt: (step: number | null) => string;
  /** What to do about it where there is nothing to draw; null where there is. */
  readonly empty: string | null;
  readonly tools?: ComponentChildren;
  /** What a click takes along; null where the chart is of no metric of samples. */
  readonly metric: MetricToFollow | null;
  /** Metrics that the chart shows. */
  readonly about: readonly string[];
  /** The ready-made order of the list that a double click leads to, where it has one. */
  readonly preset?: string;
  readonly onHide: () => void;
}

/** One chart of the grid with its title, the values under the pointer, and its table. */
export function CurveCard(props: CurveCardProps): JSX.Element {
  const [asTable, setAsTable] = useState(false);
  const [bucket, setBucket] = useState(1);
  const { id, title, x, lines, empty } = props;
  const height = HEIGHTS[chartSize.value];
  const range = useShownRange(x);
  const look = lookOf(id);
  const [scale, view] = useMemo(
    () => drawnWith(x, lines, range, look),
    [x, lines, JSON.stringify([range, look])],
  );
  return (
    <article class="overview-card" id={cardElementId(id)} data-testid={`chart-${id}`} aria-label={title}>
      <header>
        <h3 title={[title, props.hint, t("overview.chart_actions")].join("\n")}>{title}</h3>
        {empty === null && props.tools}
        <LookMenu
          id={id}
          title={title}
          values={view.values}
          asTable={asTable}
          onTable={setAsTable}
          onHide={props.onHide}
        />
      </header>
      {empty !== null ? (
        <p class="overview-empty" style={{ minHeight: `${height + 32}px` }}>
          {empty}
        </p>
      ) : (
        <>
          <CurveValues x={x} lines={lines} />
          {asTable ? (
            <CurveTable title={title} x={x} lines={lines} height={height} />
          ) : (
            <CardChart
              {...props}
              range={range}
              scale={scale}
              view={view}
              height={height}
              onBucket={setBucket}
            />
          )}
          <CardNote id={id} view={view} look={look} noteAt={props.noteAt} bucket={asTable ? 1 : bucket} />
        </>
      )}
    </article>
  );
}

function drawnWith(
  x: readonly number[],
  lines: readonly CurveLine[],
  range: readonly [number, number] | null,
  look: ChartLook,
): [ValueScale, ValueView] {
  const scale = valueScale(
    look.scale,
    lines.flatMap((line) => line.values.filter((value): value is number => value != null)),
  );
  return [scale, valueView(x, lines, range, scale, look.values)];
}

function useShownRange(x: readonly number[]): readonly [number, number] | null {
  const [from, to] = [selected.step_min.value, selected.step_max.value];
  return from === null && to === null ? null : [from ?? x[0] ?? 0, to ?? x.at(-1) ?? 0];
}
