/** Which finding is open: the one that the address names, else the worst, so that what proves it is one press away. */

import { type NamedFinding, namedFindings } from "../../data/findings/findings";
import { sampleWithTokens } from "../../data/questions/sample";
import { sampleScope } from "../../data/scopes";
import { usePrefetch } from "../../data/useAnswer";
import { selected } from "../../state/selection";
import { evidenceOf } from "./openEvidence";

/** In the address: all are folded. */
export const ALL_FOLDED = "none";

/** Once a finding is open for so long, its strongest sample is asked for. */
const PREFETCH_MS = 150;

/** The finding that is open, null where there is none. */
export function shownFinding(): NamedFinding | null {
  const id = selected.finding.value;
  if (id === "") return namedFindings.value[0] ?? null;
  return namedFindings.value.find((finding) => finding.id === id) ?? null;
}

/** Whether the address names a finding that is not there. */
export function isFindingLost(): boolean {
  const id = selected.finding.value;
  return id !== "" && id !== ALL_FOLDED && shownFinding() === null;
}

/** Fetches what Enter would open. */
export function usePrefetchedEvidence(open: NamedFinding | null): void {
  const strongest = open === null ? undefined : evidenceOf(open)[0]?.id;
  const scope = sampleScope.value;
  const ready = strongest !== undefined && selected.sample.value === null;
  usePrefetch(sampleWithTokens, ready, [strongest, scope], PREFETCH_MS, () => [
    strongest === undefined ? null : { ...scope, id: strongest },
  ]);
}
