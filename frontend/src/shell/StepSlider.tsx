/** A slider over the steps of the run, with the mean reward as a sparkline behind it. */

import type { JSX } from "preact";
import { useMemo } from "preact/hooks";
import { seriousFindings } from "../data/findings/findings";
import { hasStepRange } from "../data/scopes";
import { steps, stepsStale } from "../data/steps";
import { indexAtOrBelow, stepIndex } from "../data/stepWalk";
import { t, translate } from "../i18n";
import { formatNumber } from "../lib/format";
import { sparkline } from "../lib/sparkline";
import { metricLabel } from "../metrics";
import { select, selected } from "../state/selection";
import { openFinding } from "./findings/openFinding";

const WIDTH = 400;
const HEIGHT = 24;
const NO_MEANS: readonly (number | null)[] = [];

export function StepSlider(): JSX.Element | null {
  const loaded = steps.value;
  const means = loaded?.metrics["reward"]?.mean ?? NO_MEANS;
  const curve = useMemo(() => sparkline(means, WIDTH, HEIGHT), [means]);
  if (loaded === null || loaded.step.length === 0) return null;
  const [step, pin] = [selected.step.value, selected.pin.value];
  const [step_min, step_max] = [selected.step_min.value, selected.step_max.value];
  const all = loaded.step;
  const last = Math.max(1, all.length - 1);
  const x = (index: number): number => (index / last) * WIDTH;
  const share = (step: number): string => `${(100 * indexAtOrBelow(all, step)) / last}%`;
  const at = stepIndex.value;
  const reward = formatNumber(means[at]);
  const from = indexAtOrBelow(all, step_min);
  const to = step_max === null ? last : indexAtOrBelow(all, step_max);
  return (
    <div
      class={`scrubber${stepsStale.value ? " stale" : ""}`}
      title={t("shell.step_slider", { metric: metricLabel("reward") })}
    >
      <svg viewBox={`0 0 ${WIDTH} ${HEIGHT}`} preserveAspectRatio="none" aria-hidden="true">
        {hasStepRange.value && (
          <rect
            class="range"
            x={x(Math.max(0, from))}
            y={0}
            width={Math.max(1, x(to) - x(Math.max(0, from)))}
            height={HEIGHT}
          />
        )}
        <path class="curve" d={curve} />
        {pin !== null && (
          <line
            class="pinned"
            x1={x(indexAtOrBelow(all, pin))}
            x2={x(indexAtOrBelow(all, pin))}
            y1={0}
            y2={HEIGHT}
          />
        )}
        {at >= 0 && <line class="here" x1={x(at)} x2={x(at)} y1={0} y2={HEIGHT} />}
      </svg>
      {seriousFindings.value.map(({ id, severity, title, steps: [first, end] }) => (
        <button
          key={id}
          type="button"
          class={`scrubber-band ${severity}`}
          tabIndex={-1}
          title={translate(title)}
          aria-label={translate(title)}
          style={{ left: share(first), right: `calc(100% - ${share(end)} - 3px)` }}
          onClick={() => openFinding(id)}
        />
      ))}
      <label class="labelled">
        <span class="unseen">{t("shell.step")}</span>
        <input
          type="range"
          min={0}
          max={all.length - 1}
          value={Math.max(0, at)}
          data-testid="scrubber"
          aria-valuetext={t("shell.step_slider.value", { step: step ?? "", reward })}
          onInput={(event) => {
            const chosen = all[event.currentTarget.valueAsNumber];
            if (chosen !== undefined) select({ step: chosen });
          }}
        />
      </label>
    </div>
  );
}
