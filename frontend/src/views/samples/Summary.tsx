/** The line above the table: number of samples, mean lengths, values left out of means, and what the preset is for. */

import type { JSX } from "preact";
import type { Steps } from "../../api/answers";
import { api, type Scope } from "../../api/client";
import { t } from "../../i18n";
import { count, full, num, signed } from "../../lib/format";
import { metricLabel } from "../../metrics";
import { listScope, ranged, run, steps, useAnswer } from "../../state/data";
import { selection } from "../../state/selection";
import { listedSteps, type MeanChange, meanLength, nonfiniteCounts, type StepRange } from "./meanLengths";
import type { Pages } from "./pages";
import { PRESETS } from "./presets";

const LENGTHS = ["n_tokens", "n_chars", "ref_n_chars"] as const;
type LengthMetric = (typeof LENGTHS)[number];
/** For several steps, only of these it is said how many values were left out; for one step, of every shown column. */
const CHECKED_METRICS = ["reward", "ref_reward", "log_ratio_mean", "k3_mean"];

interface SummaryData {
  lengths: [LengthMetric, MeanChange][];
  /** The step that lengths are compared with. */
  before: number | null;
  missed: { metric: string; n: number }[];
}

/** Computed when the answer arrives, so that an old answer stays consistent while a newer one loads. */
function summarise(answer: Steps, step: number | null, range: StepRange | null): SummaryData {
  const places = listedSteps(answer, step, range);
  const lengths: [LengthMetric, MeanChange][] = [];
  for (const metric of LENGTHS) {
    const change = meanLength(answer, metric, places);
    if (change !== null) lengths.push([metric, change]);
  }
  const before = lengths.some(([, { change }]) => change !== null)
    ? answer.step[(places[0] ?? 0) - 1]
    : undefined;
  return { lengths, before: before ?? null, missed: nonfiniteCounts(answer, places) };
}

function LengthText({ metric, of }: { metric: LengthMetric; of: MeanChange }): JSX.Element {
  return (
    <span title={full(of.mean)}>
      {t(`samples.length.${metric}`, { mean: num(of.mean) })}
      {of.change !== null && <span class="muted"> ({signed(of.change)})</span>}
    </span>
  );
}

/** The current step and the one before it, so that the answer stays small however long the run is. */
function lengthScope(): Scope {
  const all = steps.value?.step ?? [];
  const { step } = selection.value;
  if (ranged.value || step === null) return listScope.value;
  const at = all.indexOf(step);
  const { step: _, ...scope } = listScope.value;
  return { ...scope, step_min: all[Math.max(0, at - 1)] ?? step, step_max: step };
}

export function Summary({ pages, shown }: { pages: Pages; shown: readonly string[] }): JSX.Element {
  const { step, step_min, step_max, search, preset } = selection.value;
  const runMetrics = new Set(run.value?.metrics.map(({ name }) => name));
  const metrics = [...new Set([...LENGTHS, ...(ranged.value ? CHECKED_METRICS : shown)])].filter((name) =>
    runMetrics.has(name),
  );
  const scope = lengthScope();
  const range = ranged.value ? { min: step_min, max: step_max } : null;
  const answer = useAnswer(
    metrics.length === 0 ? "" : `lengths ${JSON.stringify([scope, metrics])}`,
    async (signal) => summarise(await api.steps(scope, metrics, signal, "lengths"), step, range),
  );
  const summary = answer.data;
  const chosen = PRESETS.find((name) => name === preset);
  const reason = chosen === undefined ? "" : t(`samples.preset.${chosen}.why`);
  const total = pages.total.value;
  return (
    <p class={`summary number${answer.stale ? " stale" : ""}`} data-testid="summary">
      <strong aria-live="polite">
        {t(search === "" ? (total === 1 ? "samples.one" : "samples.count") : "samples.hits", {
          n: count(total),
        })}
      </strong>
      {summary?.lengths.map(([metric, change]) => (
        <LengthText key={metric} metric={metric} of={change} />
      ))}
      {summary !== null && summary.before !== null && (
        <span class="muted">{t("samples.change", { step: summary.before })}</span>
      )}
      {summary !== null && summary.missed.length > 0 && (
        <span class="odd" title={t("samples.left_out_hint")}>
          {t("samples.left_out", {
            list: summary.missed.map(({ metric, n }) => `${metricLabel(metric)} ${count(n)}`).join(", "),
          })}
        </span>
      )}
      {reason !== "" && <span class="muted why">{reason}</span>}
    </p>
  );
}
