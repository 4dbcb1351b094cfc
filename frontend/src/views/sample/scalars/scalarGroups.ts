/** The scalars of a sample by the question that each answers; statistics of token metrics as tables. */

import type { Value } from "../../../api/answers";
import {
  type MetricQuestion,
  metricLabel,
  QUESTIONS,
  questionOf,
  type Statistic,
  splitStatistic,
} from "../../../metrics";

/** The numbers that answer one question. */
export interface ScalarGroup {
  question: MetricQuestion;
  scalars: [name: string, value: Value][];
  /** One row per token metric, in the order met. */
  statistics: { metric: string; values: Partial<Record<Statistic, Value>> }[];
}

/** How many numbers a group has. */
export function sizeOf({ scalars, statistics }: ScalarGroup): number {
  return statistics.reduce((sum, { values }) => sum + Object.keys(values).length, scalars.length);
}

/** Groups the scalars whose name or label contains `search` (any case); questions without a number are left out. */
export function groupScalars(scalars: Readonly<Record<string, Value>>, search: string): ScalarGroup[] {
  const searched = search.trim().toLowerCase();
  const groups = new Map<MetricQuestion, ScalarGroup>(
    QUESTIONS.map((question) => [question, { question, scalars: [], statistics: [] }]),
  );
  for (const [name, value] of Object.entries(scalars)) {
    if (searched !== "" && !`${name} ${metricLabel(name)}`.toLowerCase().includes(searched)) continue;
    // Statistics come as a family; a lone `kl_max` is a metric of the log's own.
    const parts = splitStatistic(name, (metric) => `${metric}_argmax` in scalars);
    const group = groups.get(questionOf(parts?.metric ?? name));
    if (group === undefined) continue;
    if (parts === null) {
      group.scalars.push([name, value]);
      continue;
    }
    let row = group.statistics.find(({ metric }) => metric === parts.metric);
    if (row === undefined) {
      row = { metric: parts.metric, values: {} };
      group.statistics.push(row);
    }
    row.values[parts.statistic] = value;
  }
  return [...groups.values()].filter((group) => sizeOf(group) > 0);
}
