/** The line above the table: number of samples, mean lengths, values left out of means, and what the preset is for. */

import type { JSX } from "preact";
import { useMemo } from "preact/hooks";
import type { Steps } from "../../api/answers";
import type { Scope } from "../../api/parameters";
import type { SamplePages } from "../../data/questions/SamplePages";
import { type ListedSteps, listMetrics } from "../../data/questions/stepMetrics";
import { run } from "../../data/runs";
import { hasStepRange, listScope } from "../../data/scopes";
import { steps } from "../../data/steps";
import { type Answer, useAnswer } from "../../data/useAnswer";
import { t } from "../../i18n";
import { count, full, num, signed } from "../../lib/format";
import { metricLabel } from "../../metrics";
import { selection } from "../../state/selection";
import { listedSteps, type MeanChange, meanLength, nonfiniteCounts } from "./meanLengths";
import { PRESETS } from "./presets";

const LENGTHS = ["n_tokens", "n_chars", "ref_n_chars"] as const;
type LengthMetric = (typeof LENGTHS)[number];
/** For several steps, only of these it is said how many values were left out; for one step, of every shown column. */
const CHECKED_METRICS = ["reward", "ref_reward", "log_ratio_mean", "k3_mean"];

const COUNT_WORDS = {
  listed: { one: "samples.one", many: "samples.count" },
  found: { one: "samples.hit", many: "samples.hits" },
} as const;

interface SummaryData {
  lengths: [LengthMetric, MeanChange][];
  /** The step that lengths are compared with. */
  before: number | null;
  leftOut: { metric: string; n: number }[];
}

/** Of the steps that the answer was asked for, so that an old answer stays consistent while a newer one loads. */
function summarise({ data: answer, parameters }: Answer<Steps, ListedSteps>): SummaryData | null {
  if (answer === null || parameters === null) return null;
  const { step, range } = parameters;
  const places = listedSteps(answer, step, range);
  const lengths: [LengthMetric, MeanChange][] = [];
  for (const metric of LENGTHS) {
    const change = meanLength(answer, metric, places);
    if (change !== null) lengths.push([metric, change]);
  }
  const before = lengths.some(([, { change }]) => change !== null)
    ? answer.step[(places[0] ?? 0) - 1]
    : undefined;
  return { lengths, before: before ?? null, leftOut: nonfiniteCounts(answer, places) };
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
  if (hasStepRange.value || step === null) return listScope.value;
  const at = all.indexOf(step);
  const { step: _, ...scope } = listScope.value;
  return { ...scope, step_min: all[Math.max(0, at - 1)] ?? step, step_max: step };
}

export function Summary({ pages, shown }: { pages: SamplePages; shown: readonly string[] }): JSX.Element {
  const { step, step_min, step_max, search, preset } = selection.value;
  const runMetrics = new Set(run.value?.metrics.map(({ name }) => name));
  const metrics = [...new Set([...LENGTHS, ...(hasStepRange.value ? CHECKED_METRICS : shown)])].filter(
    (name) => runMetrics.has(name),
  );
  const scope = lengthScope();
  const range = hasStepRange.value ? { min: step_min, max: step_max } : null;
  const request = { ...scope, metrics };
  const parameters = { request, step: range === null ? step : null, range };
  const answer = useAnswer(listMetrics, metrics.length === 0 ? null : parameters);
  const summary = useMemo(() => summarise(answer), [answer.data]);
  const chosen = PRESETS.find((name) => name === preset);
  const reason = chosen === undefined ? "" : t(`samples.preset.${chosen}.why`);
  const total = pages.total.value;
  return (
    <p class={`summary number${answer.stale ? " stale" : ""}`} data-testid="summary">
      <strong aria-live="polite">
        {t(COUNT_WORDS[search === "" ? "listed" : "found"][total === 1 ? "one" : "many"], {
          n: count(total),
        })}
      </strong>
      {summary?.lengths.map(([metric, change]) => (
        <LengthText key={metric} metric={metric} of={change} />
      ))}
      {summary !== null && summary.before !== null && (
        <span class="muted">{t("samples.change", { step: summary.before })}</span>
      )}
      {summary !== null && summary.leftOut.length > 0 && (
        <span class="odd" title={t("samples.left_out_hint")}>
          {t("samples.left_out", {
            list: summary.leftOut.map(({ metric, n }) => `${metricLabel(metric)} ${count(n)}`).join(", "),
          })}
        </span>
      )}
      {reason !== "" && <span class="muted why">{reason}</span>}
    </p>
  );
}
