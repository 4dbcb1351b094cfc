/** What looks wrong in the chosen run: one answer for the bars, the charts and the list. `followFindings` keeps it. */

import { computed, signal } from "@preact/signals";
import type { ApiError } from "../../api/errors";
import type { Finding, Findings } from "../../api/findings";

/** Null until the first answer about the run. An answer stays when a newer question fails; the failure is beside it. */
export const findings = signal<Findings | null>(null);
export const findingsError = signal<ApiError | null>(null);

/** A finding with its name in the address. */
export interface NamedFinding extends Finding {
  readonly id: string;
}

/** The findings by the names that links hold: kind and metric, which stay as long as the finding does. */
export const namedFindings = computed<readonly NamedFinding[]>(() => {
  const taken = new Set<string>();
  return (findings.value?.findings ?? []).map((finding) => {
    const name = `${finding.kind}:${finding.metric}`;
    const id = taken.has(name) ? `${name}:${finding.onset}` : name;
    taken.add(id);
    return { ...finding, id };
  });
});

/** Those that are more than a hint. */
export const seriousFindings = computed(() =>
  namedFindings.value.filter(({ severity }) => severity !== "info"),
);
