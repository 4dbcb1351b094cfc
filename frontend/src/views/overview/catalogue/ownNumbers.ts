/** Numbers of the samples that only this log has: what its trainer found worth logging, whatever it is called. */

import type { RunInfo } from "../../../api/answers";
import { isKnownMetric, isRewardFunction, splitStatistic } from "../../../metrics";

/** As many charts of them open by themselves. */
const MAX_CHARTS = 4;

/** Which sample, when and where: numbers that are no measurement. */
const BOOKKEEPING =
  /(^|[^a-z])(id|ids|uid|idx|index|indices|seed|epoch|rank|time|timestamp|version|worker|step|steps|iteration|batch)$/i;

/** The first numbers of the log that are no metric of ours, no reward function and no bookkeeping. */
export function ownNumbers(run: RunInfo): string[] {
  const isToken = (base: string) =>
    isKnownMetric(base) || run.token_metrics.some(({ name }) => name === base);
  return run.metrics
    .map(({ name }) => name)
    .filter((name) => !isKnownMetric(name) && splitStatistic(name, isToken) === null)
    .filter((name) => !isRewardFunction(name) && !Object.hasOwn(run.config, `reward_weight_${name}`))
    .filter((name) => !BOOKKEEPING.test(name))
    .slice(0, MAX_CHARTS);
}
