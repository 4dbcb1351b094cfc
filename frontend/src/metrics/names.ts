/** Names of metrics in words: a label, and what it is in one line with its formula. */

import { has, t } from "../i18n/catalogue";
import { origins } from "./origins";

/** The sign of a join, after names of metrics that came from another file or run. */
const JOINED = "⋈";

const AGGREGATES = ["absmean", "argmax", "mean", "sum", "std", "min", "max"] as const;

/** `k3_mean` is the mean of `k3`; a name of ours or an unknown one stays whole. */
function parts(name: string): { base: string; aggregate: (typeof AGGREGATES)[number] | null } {
  for (const aggregate of AGGREGATES) {
    const base = name.slice(0, -aggregate.length - 1);
    if (name.endsWith(`_${aggregate}`) && has(`metric.${base}.label`)) return { base, aggregate };
  }
  return { base: name, aggregate: null };
}

/** A label with a mark where one of the metrics it is about was joined. */
export function marked(label: string, names: readonly string[]): string {
  return names.some((name) => origins.value.has(name)) ? `${label} ${JOINED}` : label;
}

/** What a metric is called on screen: "k3 mean", "reward"; a name we do not know is itself. */
export function metricLabel(name: string): string {
  return marked(plainLabel(name), [name]);
}

function plainLabel(name: string): string {
  if (has(`metric.${name}.label`)) return t(`metric.${name}.label`);
  const { base, aggregate } = parts(name);
  if (aggregate === null) return name;
  return t(`metric.${aggregate}.label`, { name: t(`metric.${base}.label`) });
}

/** One line for the tooltip: what it is and its formula; a second one where it was joined. */
export function metricHint(name: string): string {
  const from = joinHint(name);
  return from === "" ? plainHint(name) : `${plainHint(name)}\n${from}`;
}

/** Where a joined metric or text came from; "" for all others. */
export function joinHint(name: string): string {
  const from = origins.value.get(name);
  if (from === undefined) return "";
  return `${JOINED} ${from === "" ? t("metric.joined.somewhere") : t("metric.joined", { from })}`;
}

function plainHint(name: string): string {
  if (has(`metric.${name}.hint`)) return `${name}: ${t(`metric.${name}.hint`)}`;
  const { base, aggregate } = parts(name);
  if (aggregate === null) return t("metric.logged.hint", { name });
  return `${name}: ${t(`metric.${aggregate}.hint`)} · ${base}: ${t(`metric.${base}.hint`)}`;
}
