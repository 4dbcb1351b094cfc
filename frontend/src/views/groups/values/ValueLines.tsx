import type { JSX } from "preact";
import type { MeasuredNumber, Value } from "../../../api/answers";
import { GROUP_KINDS, type Groups } from "../../../api/groups";
import { goToStep } from "../../../data/stepWalk";
import type { Answer } from "../../../data/useAnswer";
import { t } from "../../../i18n";
import { formatPercent } from "../../../lib/format";
import { selection } from "../../../state/selection";

const WIDTH = 120;
const HEIGHT = 18;

/** Two cells of a value: of which kinds its groups are at each step, and how much of the step's gradient is theirs. */
export function ValueLines({ name, along }: { name: Value; along: Answer<Groups> }): JSX.Element {
  // Those of another column may have the same values.
  const data = along.stale ? null : along.data;
  const found = data?.lines[data.values["value"]?.indexOf(name) ?? -1];
  if (found === undefined) {
    const placeholder = along.loading ? "…" : "–";
    return (
      <>
        <td class="muted">{placeholder}</td>
        <td class="muted">{placeholder}</td>
      </>
    );
  }
  const { step, kinds, share } = found;
  const kindsShown = GROUP_KINDS.filter((kind) => kinds[kind] !== undefined);
  const at = step.findIndex((end) => end >= (selection.value.step ?? Number.NEGATIVE_INFINITY));
  const value = name === null ? t("groups.values.no_value") : String(name);
  const shares = kindsShown.map(
    (kind) => `${t(`groups.kind.${kind}`)} ${formatPercent(kinds[kind]?.[at] ?? null)}`,
  );
  return (
    <>
      <td>
        <Strip
          step={step}
          at={at}
          label={t("groups.values.kinds_at_step", { value, shares: shares.join(", ") })}
        >
          {(k, x, width) =>
            stacked(kindsShown.map((kind) => [kind, kinds[kind]?.[k] ?? null])).map(([kind, y, height]) => (
              <rect key={kind} data-kind={kind} x={x} y={y} width={width} height={height} />
            ))
          }
        </Strip>
      </td>
      <td>
        <Strip
          step={step}
          at={at}
          label={t("groups.values.share_at_step", { value, share: formatPercent(share[at] ?? null) })}
        >
          {(k, x, width) =>
            stacked([["gradient", share[k] ?? null]]).map(([kind, y, height]) => (
              <rect key={kind} data-kind={kind} x={x} y={y} width={width} height={height} />
            ))
          }
        </Strip>
      </td>
    </>
  );
}

interface StripProps {
  step: readonly number[];
  /** The column of the selected step; -1 for none. */
  at: number;
  label: string;
  children: (column: number, x: number, width: number) => JSX.Element[];
}

/** A column for each point; a click goes to its step. */
function Strip({ step, at, label, children }: StripProps): JSX.Element {
  const each = WIDTH / Math.max(1, step.length);
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: ← and → walk the steps everywhere.
    <svg
      class="group-value-line"
      width={WIDTH}
      height={HEIGHT}
      role="img"
      aria-label={label}
      onClick={({ offsetX }) => {
        const there = step[Math.min(step.length - 1, Math.max(0, Math.floor(offsetX / each)))];
        if (there !== undefined) goToStep(there);
      }}
    >
      <title>{label}</title>
      {step.map((end, k) => (
        <g key={end}>{children(k, k * each, each + 0.3)}</g>
      ))}
      {at >= 0 && <rect class="group-shares-here" x={at * each} y={0} width={each} height={HEIGHT} />}
    </svg>
  );
}

/** Shares as bars upon each other, from the ground: name, upper edge and height. */
function stacked<K extends string>(shares: readonly (readonly [K, MeasuredNumber])[]): [K, number, number][] {
  let y = HEIGHT;
  return shares.flatMap(([name, share]) => {
    if (share === null || !Number.isFinite(share) || share <= 0) return [];
    y -= share * HEIGHT;
    return [[name, y, share * HEIGHT] as [K, number, number]];
  });
}
