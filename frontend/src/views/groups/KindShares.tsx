import type { JSX } from "preact";
import { useRef } from "preact/hooks";
import type { Steps } from "../../api/answers";
import { GROUP_KINDS, type GroupKind } from "../../api/groups";
import { useWidth } from "../../charts/shared/useWidth";
import { steps } from "../../data/steps";
import { goToStep, stepIndex } from "../../data/stepWalk";
import { t } from "../../i18n";
import { formatNumber } from "../../lib/format";

const HEIGHT = 28;
/** A column for each step, or for several where there are more steps than pixels. */
const MIN_COLUMN_PX = 2;

/** One column of the strip, which stands for the steps at the places `from` to `to` (half open). */
interface Column {
  readonly from: number;
  readonly to: number;
  /** Mean share of each kind over these steps, from 0 to 1. */
  readonly shares: readonly (readonly [kind: GroupKind, share: number])[];
}

/** The share of each kind at each step, stacked; a click goes to the step. */
export function KindShares(): JSX.Element | null {
  const all = steps.value;
  const isCurve = all !== null && all.step.length > 1 && Object.hasOwn(all.step_metrics, "groups_gradient");
  return isCurve ? <Shares all={all} /> : null;
}

function Shares({ all }: { all: Steps }): JSX.Element {
  const place = useRef<HTMLDivElement>(null);
  const width = useWidth(place);
  const columns = shareColumns(all.step_metrics, all.step.length, Math.floor(width / MIN_COLUMN_PX));
  const each = width / Math.max(1, columns.length);
  const at = columns.findIndex(({ from, to }) => from <= stepIndex.value && stepIndex.value < to);
  return (
    <div class="group-shares" ref={place} data-testid="group-shares">
      {/* biome-ignore lint/a11y/useKeyWithClickEvents: ← and → walk the steps everywhere. */}
      <svg
        width={width}
        height={HEIGHT}
        role="img"
        aria-label={sharesLabel(columns[at])}
        onClick={({ offsetX }) => {
          const step = all.step[columns[Math.floor(offsetX / each)]?.from ?? 0];
          if (step !== undefined) goToStep(step);
        }}
      >
        <title>{sharesLabel(columns[at])}</title>
        {columns.map((column, k) => (
          <g key={column.from}>{stacked(column, k * each, each)}</g>
        ))}
        {at >= 0 && <rect class="group-shares-here" x={at * each} y={0} width={each} height={HEIGHT} />}
      </svg>
    </div>
  );
}

function stacked({ shares }: Column, x: number, width: number): JSX.Element[] {
  let y = HEIGHT;
  return shares.map(([kind, share]) => {
    y -= share * HEIGHT;
    return <rect key={kind} data-kind={kind} x={x} y={y} width={width + 0.5} height={share * HEIGHT} />;
  });
}

/** The mean shares of as many columns as there is room for. Exported for its test. */
export function shareColumns(
  metrics: Readonly<Record<string, readonly (number | null)[]>>,
  steps: number,
  most: number,
): Column[] {
  const wide = Math.max(1, Math.ceil(steps / Math.max(1, most)));
  return Array.from({ length: Math.ceil(steps / wide) }, (_, k) => {
    const [from, to] = [k * wide, Math.min(steps, (k + 1) * wide)];
    const shares = GROUP_KINDS.flatMap((kind) => {
      const known = (metrics[`groups_${kind}`] ?? []).slice(from, to).filter((share) => share !== null);
      const mean = known.reduce((sum, share) => sum + share, 0) / Math.max(1, known.length);
      return mean > 0 ? [[kind, mean] as const] : [];
    });
    return { from, to, shares };
  });
}

function sharesLabel(column: Column | undefined): string {
  const shares = (column?.shares ?? []).map(
    ([kind, share]) => `${t(`groups.kind.${kind}`)} ${formatNumber(Math.round(1000 * share) / 10)} %`,
  );
  return t("groups.shares", { shares: shares.join(", ") });
}
