/** The line above the table: number of samples, mean lengths, values left out of means, and what the preset is for. */

import type { JSX } from "preact";
import { useRef } from "preact/hooks";
import type { Steps } from "../../api/answers";
import type { Scope } from "../../api/parameters";
import type { SamplePages } from "../../data/questions/SamplePages";
import { listMetrics } from "../../data/questions/stepMetrics";
import { run } from "../../data/runs";
import { hasStepRange, listScope } from "../../data/scopes";
import { steps } from "../../data/steps";
import { useAnswer } from "../../data/useAnswer";
import { t } from "../../i18n";
import { formatCount, formatExactly, formatNumber, formatSigned } from "../../lib/format";
import { metricLabel } from "../../metrics";
import { selected } from "../../state/selection";
import { listedSteps, type MeanChange, meanLength, nonfiniteCounts, type StepRange } from "./meanLengths";
import { PRESETS } from "./presets";
import { shownNames } from "./table/columnChoice";

const LENGTHS = ["n_tokens", "n_chars", "ref_n_chars"] as const;
type LengthMetric = (typeof LENGTHS)[number];
/** For several steps, only of these it is said how many values were left out; for one step, of every shown column. */
const CHECKED_METRICS = ["reward", "ref_reward", "log_ratio_mean", "k3_mean"];

/** What is said of the samples above their table. */
interface SummaryData {
  /** Mean lengths, with their change. */
  lengths: [LengthMetric, MeanChange][];
  /** The step that lengths are compared with. */
  before: number | null;
  /** How many values of which metric were not finite. */
  leftOut: { metric: string; n: number }[];
}

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
  return { lengths, before: before ?? null, leftOut: nonfiniteCounts(answer, places) };
}

function LengthText({ metric, of }: { metric: LengthMetric; of: MeanChange }): JSX.Element {
  return (
    <span title={formatExactly(of.mean)}>
      {t(`samples.length.${metric}`, { mean: formatNumber(of.mean) })}
      {of.change !== null && <span class="muted"> ({formatSigned(of.change)})</span>}
    </span>
  );
}

/** So many steps are asked for at once: walking along them asks seldom, and the answer stays small in a long run. */
const STRETCH = 16;

/** The stretch of steps that the current one is in, with the step before it. */
function lengthScope(): Scope {
  const all = steps.value?.step ?? [];
  const step = selected.step.value;
  if (hasStepRange.value || step === null) return listScope.value;
  const at = all.indexOf(step);
  const { step: _, ...scope } = listScope.value;
  if (at < 0) return { ...scope, step_min: step, step_max: step };
  const first = at - (at % STRETCH);
  const last = Math.min(first + STRETCH, all.length) - 1;
  return { ...scope, step_min: all[Math.max(0, first - 1)] ?? step, step_max: all[last] ?? step };
}

/** How many samples there are; nothing is said of it before it is known. */
function totalText(pages: SamplePages, isSearched: boolean): string {
  if (pages.listKey.value !== "")
    return t(isSearched ? "samples.hits" : "samples.count", { n: formatCount(pages.total.value) });
  return pages.error.value === null ? t("samples.loading") : "";
}

export function Summary({ pages }: { pages: SamplePages }): JSX.Element {
  const [step, search, preset] = [selected.step.value, selected.search.value, selected.preset.value];
  const runMetrics = new Set(run.value?.metrics.map(({ name }) => name));
  const metrics = [
    ...new Set([...LENGTHS, ...(hasStepRange.value ? CHECKED_METRICS : shownNames.value)]),
  ].filter((name) => runMetrics.has(name));
  const scope = lengthScope();
  const range = hasStepRange.value ? { min: selected.step_min.value, max: selected.step_max.value } : null;
  const answer = useAnswer(listMetrics, metrics.length === 0 ? null : { ...scope, metrics });
  // What was said of the steps before stays, consistent in itself, while the newer answer loads.
  const last = useRef<SummaryData | null>(null);
  if (answer.data === null) last.current = null;
  else if (!answer.stale) last.current = summarise(answer.data, range === null ? step : null, range);
  const summary = last.current;
  const chosen = PRESETS.find((name) => name === preset);
  const reason = chosen === undefined ? "" : t(`samples.preset.${chosen}.hint`);
  return (
    <p class={`summary number${answer.stale ? " stale" : ""}`} data-testid="summary">
      <strong aria-live="polite">{totalText(pages, search !== "")}</strong>
      {summary?.lengths.map(([metric, change]) => (
        <LengthText key={metric} metric={metric} of={change} />
      ))}
      {summary !== null && summary.before !== null && (
        <span class="muted">{t("samples.change", { step: summary.before })}</span>
      )}
      {summary !== null && summary.leftOut.length > 0 && (
        <span class="odd" title={t("samples.left_out.hint")}>
          {t("samples.left_out", {
            list: summary.leftOut
              .map(({ metric, n }) => `${metricLabel(metric)} ${formatCount(n)}`)
              .join(", "),
          })}
        </span>
      )}
      {reason !== "" && <span class="muted why">{reason}</span>}
    </p>
  );
}
