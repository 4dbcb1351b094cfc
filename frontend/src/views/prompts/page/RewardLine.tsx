// biome-ignore-all lint/a11y/useSemanticElements: SVG has neither buttons nor fieldsets
import type { JSX } from "preact";
import { useRef } from "preact/hooks";
import { type MeasuredNumber, numberOf } from "../../../api/answers";
import type { Prompt } from "../../../api/prompts/answers";
import { useWidth } from "../../../charts/shared/useWidth";
import { t } from "../../../i18n";
import { formatNumber } from "../../../lib/format";
import { choose, sampleRows, sidesOf } from "./sides";

/** Until it is known how wide the page is. */
const USUAL_WIDTH = 720;
const MAX_WIDTH = 960;
/** In CSS pixels, as all of the drawing is: letters of a picture that is scaled down cannot be read. */
const HEIGHT = 110;
const LEFT = 52;
const MARGIN = 14;

/**
 * The prompt's mean reward at each visit with its spread, the reference beside it; a click takes the step to the right side.
 *
 * One visit is no line: its numbers stand above.
 */
export function RewardLine({ data }: { data: Prompt }): JSX.Element {
  const place = useRef<HTMLDivElement>(null);
  const width = Math.min(useWidth(place) || USUAL_WIDTH, MAX_WIDTH);
  return <div ref={place}>{drawing(data, width)}</div>;
}

function drawing(data: Prompt, width: number): JSX.Element | null {
  const column = (name: string): MeasuredNumber[] => (data.steps[name] ?? []).map(numberOf);
  const [steps, means, lows, highs] = [
    column("step"),
    column("reward"),
    column("reward_min"),
    column("reward_max"),
  ];
  const references = column("ref_reward");
  const finite = [...means, ...lows, ...highs, ...references].filter(
    (value): value is number => value !== null && Number.isFinite(value),
  );
  if (finite.length === 0 || steps.length < 2) return null;
  const [low, high] = [Math.min(...finite), Math.max(...finite)];
  const [first, last] = [steps[0] ?? 0, steps.at(-1) ?? 0];
  const x = (step: MeasuredNumber): number =>
    LEFT + (last > first ? ((step ?? first) - first) / (last - first) : 0.5) * (width - LEFT - MARGIN);
  const y = (value: number): number =>
    MARGIN + (high > low ? (high - value) / (high - low) : 0.5) * (HEIGHT - 2 * MARGIN);
  const rows = sampleRows(data);
  const right = sidesOf(rows)[1];
  const open = (step: MeasuredNumber) => {
    const row = rows.find((other) => other.step === step);
    if (row !== undefined) choose("side_b", row.id);
  };
  return (
    <figure class="prompt-rewards" data-testid="prompt-rewards">
      <figcaption class="muted">
        {t(
          references.some((value) => value !== null)
            ? "prompts.visit_rewards.with_reference"
            : "prompts.visit_rewards",
        )}
      </figcaption>
      <svg width={width} height={HEIGHT} role="group" aria-label={t("prompts.visit_rewards")}>
        {[...new Set([high, low])].map((value) => (
          <text key={value} x={LEFT - 6} y={y(value) + 4} text-anchor="end">
            {formatNumber(value)}
          </text>
        ))}
        <text x={LEFT} y={HEIGHT - 1}>
          {t("prompts.at_step", { step: first })}
        </text>
        <text x={width - MARGIN} y={HEIGHT - 1} text-anchor="end">
          {t("prompts.at_step", { step: last })}
        </text>
        <path class="reference" d={pathOf(steps, references, x, y)} />
        <path class="policy" d={pathOf(steps, means, x, y)} />
        {steps.map((step, i) => {
          const [mean, from, to] = [means[i] ?? null, lows[i] ?? null, highs[i] ?? null];
          if (mean === null) return null;
          const words = t("prompts.visit", {
            step: step ?? 0,
            reward: formatNumber(mean),
            from: formatNumber(from),
            to: formatNumber(to),
          });
          return (
            <g
              key={step}
              class={right?.step === step ? "visit chosen" : "visit"}
              role="button"
              aria-label={words}
              tabIndex={-1}
              onClick={() => open(step)}
              onKeyDown={(event) => event.key === "Enter" && open(step)}
            >
              <title>{words}</title>
              {from !== null && to !== null && <line x1={x(step)} x2={x(step)} y1={y(from)} y2={y(to)} />}
              <circle cx={x(step)} cy={y(mean)} r={4} />
            </g>
          );
        })}
      </svg>
    </figure>
  );
}

/** The line through the values that there are. */
function pathOf(
  steps: readonly MeasuredNumber[],
  values: readonly MeasuredNumber[],
  x: (step: MeasuredNumber) => number,
  y: (value: number) => number,
): string {
  const points = values.flatMap((value, i) =>
    value === null || !Number.isFinite(value)
      ? []
      : [`${x(steps[i] ?? null).toFixed(1)} ${y(value).toFixed(1)}`],
  );
  return points.length < 2 ? "" : `M${points.join("L")}`;
}
