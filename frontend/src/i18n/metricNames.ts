/** What metrics are called in Chinese, as far as it is read; the English names are in the catalog of metrics. */

/** The words of a metric in one language. */
export interface MetricWords {
  /** What the metric is called on screen. */
  readonly label: string;
  /** One line: what it is, with its formula. */
  readonly hint: string;
}

let chinese: Readonly<Record<string, MetricWords>> = {};

/** Takes the Chinese words of all metrics that we know, by name. */
export function addMetricNames(names: Readonly<Record<string, MetricWords>>): void {
  chinese = names;
}

/** The words of one of our metrics; undefined where Chinese is not read. */
export function metricInChinese(name: string): MetricWords | undefined {
  return chinese[name];
}
