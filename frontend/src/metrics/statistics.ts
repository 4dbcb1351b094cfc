/** Statistics of a token metric over the tokens of one response, which are sample metrics: `k3_mean`, `k3_max`. */

/** In the order of the table of a sample's numbers. */
export const STATISTICS = ["mean", "sum", "std", "min", "max", "argmax", "absmean"] as const;
export type Statistic = (typeof STATISTICS)[number];

/**
 * Takes the name of a sample metric apart: `k3_mean` is the mean of `k3`.
 *
 * @param isMetric Whether a name is that of a token metric. A name without one before its ending stays whole: null.
 */
export function splitStatistic(
  name: string,
  isMetric: (metric: string) => boolean,
): { metric: string; statistic: Statistic } | null {
  for (const statistic of STATISTICS) {
    const metric = name.slice(0, -statistic.length - 1);
    if (name.endsWith(`_${statistic}`) && isMetric(metric)) return { metric, statistic };
  }
  return null;
}
