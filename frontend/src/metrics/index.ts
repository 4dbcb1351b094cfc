/** What is known of metrics: their names in words, and where a run's came from. */

export { isKnownMetric } from "./catalog";
export {
  type Followed,
  followed,
  followMetric,
  orderAt,
  sampleMetricOf,
  tokenMetricOf,
  unfollow,
} from "./followed";
export { joinHint, markJoined, metricHint, metricLabel } from "./names";
export { origins, originsOf } from "./origins";
export { isRewardFunction, type MetricQuestion, QUESTIONS, questionOf } from "./questions";
export { referenceOf } from "./references";
export { STATISTICS, type Statistic, splitStatistic } from "./statistics";
