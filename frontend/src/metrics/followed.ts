/** The metric whose curve was clicked: it goes along to the samples and tokens, until it is taken off. */

import { computed, type ReadonlySignal } from "@preact/signals";
import type { RunInfo } from "../api/answers";
import { run } from "../data/runs";
import { select, selection } from "../state/selection";
import { splitStatistic } from "./statistics";

export interface Followed {
  /** The sample metric, which the list is sorted by. */
  readonly name: string;
  /** A spike leads to the largest values, a dip to the smallest. */
  readonly order: "asc" | "desc";
  /** The token metric that it is made of, which colours the tokens and ranks them; null where there is none. */
  readonly tokenMetric: string | null;
}

/** Token metrics of numbers whose name does not say what they are made of. */
const MADE_OF: Readonly<Record<string, string>> = {
  advantage: "advantages",
  value_mse: "value_error",
  explained_variance: "value_error",
  perplexity: "surprise",
};

/** The token metric that a sample metric is made of, where the run has it: `k3` for `k3_mean`. */
export function tokenMetricOf(info: RunInfo, name: string): string | null {
  const isTokenMetric = (metric: string): boolean =>
    info.token_metrics.some((other) => other.name === metric);
  const parts = splitStatistic(name, isTokenMetric);
  if (parts !== null) return parts.metric;
  const known = Object.hasOwn(MADE_OF, name) ? MADE_OF[name] : undefined;
  return known !== undefined && isTokenMetric(known) ? known : null;
}

/** Null where no curve was clicked, or the run does not have its metric. */
export const followed: ReadonlySignal<Followed | null> = computed(() => {
  const { about: name, about_order: order } = selection.value;
  const info = run.value;
  if (info === null || !info.metrics.some((metric) => metric.name === name)) return null;
  return { name, order, tokenMetric: tokenMetricOf(info, name) };
});

/** Whether a value lies below the middle of the curve, so that the smallest values are what is looked for. */
export function isDip(
  values: readonly (number | null | undefined)[],
  value: number | null | undefined,
): boolean {
  const finite = values.filter(
    (other): other is number => typeof other === "number" && Number.isFinite(other),
  );
  finite.sort((a, b) => a - b);
  const middle = finite[finite.length >> 1];
  return typeof value === "number" && middle !== undefined && value < middle;
}

/** Lets lists, colours and worst tokens go by this metric; orders and colours that were chosen before make way. */
export function followMetric(name: string, order: "asc" | "desc"): void {
  select({
    about: name,
    about_order: order,
    sort: "",
    order: "desc",
    preset: "",
    seed: null,
    metric: "",
    end: "",
  });
}

/** Back to what every view shows by itself. */
export function unfollow(): void {
  select({ about: "", about_order: "desc" });
}
