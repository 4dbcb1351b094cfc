/** Names of metrics in words: a label, and what it is in one line with its formula. */

import { has, t } from "./catalogue";

const AGGREGATES = ["absmean", "argmax", "mean", "sum", "std", "min", "max"] as const;

/** `k3_mean` is the mean of `k3`; a name of ours or an unknown one stays whole. */
function parts(name: string): { base: string; aggregate: (typeof AGGREGATES)[number] | null } {
  for (const aggregate of AGGREGATES) {
    const base = name.slice(0, -aggregate.length - 1);
    if (name.endsWith(`_${aggregate}`) && has(`metric.${base}.label`)) return { base, aggregate };
  }
  return { base: name, aggregate: null };
}

/** What a metric is called on screen: "k3 mean", "reward"; a name we do not know is itself. */
export function metricLabel(name: string): string {
  if (has(`metric.${name}.label`)) return t(`metric.${name}.label`);
  const { base, aggregate } = parts(name);
  if (aggregate === null) return name;
  return t(`metric.${aggregate}.label`, { name: t(`metric.${base}.label`) });
}

/** One line for the tooltip: what it is and its formula. */
export function metricHint(name: string): string {
  if (has(`metric.${name}.hint`)) return `${name}: ${t(`metric.${name}.hint`)}`;
  const { base, aggregate } = parts(name);
  if (aggregate === null) return t("metric.logged.hint", { name });
  return `${name}: ${t(`metric.${aggregate}.hint`)} · ${base}: ${t(`metric.${base}.hint`)}`;
}
