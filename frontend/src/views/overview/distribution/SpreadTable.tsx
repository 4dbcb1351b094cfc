import type { JSX } from "preact";
import type { Steps } from "../../../api/answers";
import { type HistogramShape, shapeColour } from "../../../charts/distribution/Histogram";
import { MIN_VALUES, type Spread, spreadChange } from "../../../charts/distribution/spreadChange";
import type { ComparedDistributions } from "../../../data/questions/distributions";
import { t } from "../../../i18n";
import { formatCount, formatNumber } from "../../../lib/format";
import { select } from "../../../state/selection";
import { Button } from "../../../ui";
import { againstSpreadOf, spreadOf } from "./histogramShapes";

export interface SpreadTableProps {
  readonly data: ComparedDistributions;
  readonly shapes: readonly HistogramShape[];
  readonly steps: Steps;
}

const COLUMNS = ["n", "mean", "std", "iqr", "nonfinite"] as const;

/** Mean and spread of what is drawn, and one sentence on whether it became narrower since the pinned step. */
export function SpreadTable({ data, shapes, steps }: SpreadTableProps): JSX.Element {
  const { step, pin, policy, reference, pinned } = data;
  const own = { mean: policy.mean, nonfinite: policy.nonfinite, spread: spreadOf(policy) };
  const rows: Record<string, SpreadRow | null> = {
    policy: own,
    reference: reference && comparedRow(reference),
    pinned: pinned && comparedRow(pinned),
  };
  return (
    <>
      <table class="overview-numbers">
        <thead>
          <tr>
            <td />
            {COLUMNS.map((head) => (
              <th key={head} scope="col" title={t(`overview.distribution.statistic.${head}.hint`)}>
                {t(`overview.distribution.statistic.${head}`)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {shapes.map((shape) => {
            const row = rows[shape.key];
            return row ? <TableRow key={shape.key} shape={shape} row={row} /> : null;
          })}
        </tbody>
      </table>
      <p class="overview-verdict" data-testid="sharpening">
        {pinned && pin !== null ? (
          spreadSentence(pin, againstSpreadOf(pinned), step, own.spread)
        ) : (
          <PinFirst steps={steps} step={step} />
        )}
      </p>
    </>
  );
}

interface SpreadRow {
  readonly mean: number | null;
  readonly nonfinite: number;
  readonly spread: Spread;
}

const comparedRow = (d: NonNullable<ComparedDistributions["reference"]>): SpreadRow => ({
  mean: d.against_mean,
  nonfinite: d.against_nonfinite ?? 0,
  spread: againstSpreadOf(d),
});

function TableRow({ shape, row }: { shape: HistogramShape; row: SpreadRow }) {
  return (
    <tr>
      <th scope="row">
        <i style={{ background: shapeColour(shape) }} /> {shape.label}
      </th>
      <td>{formatCount(row.spread.count)}</td>
      <td>{formatNumber(row.mean)}</td>
      <td>{formatNumber(row.spread.std)}</td>
      <td>{formatNumber(row.spread.iqr)}</td>
      <td class={row.nonfinite > 0 ? "odd" : ""}>{formatCount(row.nonfinite)}</td>
    </tr>
  );
}

/** Always from the earlier step to the later one, whichever of them is pinned. */
function spreadSentence(pin: number, pinned: Spread, step: number, own: Spread): string {
  const [from, to, earlier, later] = pin < step ? [pin, step, pinned, own] : [step, pin, own, pinned];
  const slots = {
    from,
    to,
    std_from: formatNumber(earlier.std),
    std_to: formatNumber(later.std),
    iqr_from: formatNumber(earlier.iqr),
    iqr_to: formatNumber(later.iqr),
    fewest: MIN_VALUES,
  };
  return t(`overview.distribution.change.${spreadChange(earlier, later)}`, slots);
}

function PinFirst({ steps, step }: { steps: Steps; step: number }) {
  const first = steps.step[0];
  return (
    <>
      {t("overview.distribution.change.no_pin")}{" "}
      {first !== undefined && first !== step && (
        <Button onClick={() => select({ pin: first })} testId="pin-first">
          {t("overview.distribution.change.pin_first", { step: first })}
        </Button>
      )}
    </>
  );
}
