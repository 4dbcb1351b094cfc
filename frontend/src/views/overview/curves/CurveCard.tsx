import type { ComponentChildren, JSX } from "preact";
import { useMemo, useState } from "preact/hooks";
import type { CurveLine } from "../../../charts/curves/plotColumns";
import { type ValueView, valueView } from "../../../charts/scales/valueRange";
import { type ValueScale, valueScale } from "../../../charts/scales/valueScale";
import { t } from "../../../i18n";
import { selection } from "../../../state/selection";
import { Button } from "../../../ui";
import { cardElementId } from "../shared/cardIds";
import { type ChartLook, lookOf, setLook } from "../shared/looks";
import { chartSize } from "../shared/settings";
import { CardChart, type TakenAlong } from "./CardChart";
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
  /** One line under the chart: what the values are means of. */
  readonly note: string;
  /** What to do about it where there is nothing to draw; null where there is. */
  readonly empty: string | null;
  readonly tools?: ComponentChildren;
  /** What a click takes along; null where the chart is of no metric of samples. */
  readonly metric: TakenAlong | null;
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
        <h3 title={[title, props.hint, t("overview.how")].join("\n")}>{title}</h3>
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
          <div class="overview-note" title={props.note}>
            <Outside id={id} view={view} look={look} />
            {[props.note, bucket > 1 && !asTable && t("overview.dense", { n: bucket })]
              .filter(Boolean)
              .join(" · ")}
          </div>
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
  const { step_min: from, step_max: to } = selection.value;
  return from === null && to === null ? null : [from ?? x[0] ?? 0, to ?? x.at(-1) ?? 0];
}

/** What is not on the chart, in words, and the way to see it. */
function Outside({ id, view, look }: { id: string; view: ValueView; look: ChartLook }) {
  const steps = (...why: string[]) =>
    new Set(view.marks.filter((mark) => why.includes(mark.why)).map((mark) => mark.step)).size;
  const [beyond, nonfinite, unscaled] = [steps("above", "below"), steps("nonfinite"), steps("unscaled")];
  const isZoomed = typeof look.values !== "string";
  return (
    <>
      {(beyond > 0 || isZoomed) && (
        <Button
          quiet
          hint={t(isZoomed ? "overview.look.reset.hint" : "overview.look.beyond.hint")}
          testId="look-reset"
          onClick={() => setLook(id, { values: isZoomed ? "robust" : "all" })}
        >
          <span class="odd">
            {isZoomed ? t("overview.look.reset") : t("overview.look.beyond", { n: beyond })}
          </span>
        </Button>
      )}
      {nonfinite > 0 && <span class="odd">{t("overview.look.nonfinite", { n: nonfinite })} · </span>}
      {unscaled > 0 && <span class="odd">{t("overview.look.unscaled", { n: unscaled })} · </span>}
    </>
  );
}
