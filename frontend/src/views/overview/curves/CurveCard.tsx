import type { ComponentChildren, JSX } from "preact";
import { useMemo, useState } from "preact/hooks";
import { CurveChart } from "../../../charts/curves/CurveChart";
import type { CurveLine } from "../../../charts/curves/plotColumns";
import { extentOf, stepBeside } from "../../../charts/shared/series";
import { goToStep } from "../../../data/stepWalk";
import { t } from "../../../i18n";
import { num } from "../../../lib/format";
import { select, selection } from "../../../state/selection";
import { Button } from "../../../ui";
import { chartSize, smoothing } from "../shared/settings";
import { TableToggle } from "../shared/TableToggle";
import { CurveTable } from "./CurveTable";
import { CurveValues } from "./CurveValues";

const HEIGHTS = { small: 112, large: 190 } as const;

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
  readonly onHide: () => void;
}

/** One chart of the grid with its title, the values under the pointer, and its table. */
export function CurveCard(props: CurveCardProps): JSX.Element {
  const [asTable, setAsTable] = useState(false);
  const height = HEIGHTS[chartSize.value];
  return (
    <article class="overview-card" data-testid={`chart-${props.id}`} aria-label={props.title}>
      <header>
        <h3 title={`${props.title}\n${props.hint}`}>{props.title}</h3>
        {props.empty === null && props.tools}
        {props.empty === null && <TableToggle on={asTable} onChange={setAsTable} />}
        <Button quiet label={t("overview.hide", { title: props.title })} onClick={props.onHide}>
          ✕
        </Button>
      </header>
      {props.empty !== null ? (
        <p class="overview-empty" style={{ minHeight: `${height + 32}px` }}>
          {props.empty}
        </p>
      ) : (
        <>
          <CurveValues x={props.x} lines={props.lines} />
          {asTable ? (
            <CurveTable title={props.title} x={props.x} lines={props.lines} height={height} />
          ) : (
            <CardChart {...props} height={height} />
          )}
          <p class="overview-note" title={props.note}>
            {props.note}
          </p>
        </>
      )}
    </article>
  );
}

type CardChartProps = CurveCardProps & { readonly height: number };

function CardChart({ title, x, lines, steps, height }: CardChartProps) {
  const { step, pin, step_min, step_max } = selection.value;
  const label = useMemo(() => spokenSummary(title, lines), [title, lines]);
  const range = step_min === null && step_max === null ? null : shownRange(x, step_min, step_max);
  return (
    <CurveChart
      label={label}
      x={x}
      lines={lines}
      smoothing={smoothing.value}
      range={range}
      selected={step}
      pinned={pin}
      height={height}
      format={num}
      formatX={num}
      onStep={goToStep}
      onMove={(delta) => {
        const next = stepBeside(steps, step, delta);
        if (next !== null) select({ step: next });
      }}
      onRange={(from, to) => select({ step_min: from, step_max: to })}
      onReset={(before) => select({ step_min: null, step_max: null, step: before })}
    />
  );
}

function shownRange(x: readonly number[], from: number | null, to: number | null): [number, number] {
  return [from ?? x[0] ?? 0, to ?? x.at(-1) ?? 0];
}

function spokenSummary(title: string, lines: readonly CurveLine[]): string {
  const parts = lines.map((line) => {
    const extent = extentOf(line.values);
    if (!extent) return t("overview.spoken.nothing", { label: line.label });
    const { min, max, last } = extent;
    return t("overview.spoken", { label: line.label, min: num(min), max: num(max), last: num(last) });
  });
  return [title, ...parts].join(". ");
}
