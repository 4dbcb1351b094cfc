/** From a finding to what shows it: a sample with its token coloured, or the list of all such samples. */

import type { Finding, Symptom } from "../../api/findings";
import type { NamedFinding } from "../../data/findings/findings";
import { type Selection, select, selection } from "../../state/selection";

/** What a list of samples is made by. */
type Shown = Pick<Symptom, "evidence">;

/** A sample that shows a finding. */
export interface Evidence {
  readonly id: string;
  readonly step: number | null;
  /** The token that shows it, from 0; null where the whole sample does. */
  readonly position: number | null;
  /** Its number of the metric that orders them. */
  readonly value: number | null;
}

/** The samples that show a finding, strongest first, each with the first of its tokens that do. */
export function evidenceOf({ samples, sample_steps, sample_values, tokens }: Finding): Evidence[] {
  return samples.map((id, i) => ({
    id,
    step: sample_steps[i] ?? null,
    position: tokens.find((token) => token.id === id)?.position ?? null,
    value: sample_values[i] ?? null,
  }));
}

/** Lists, colours and worst tokens go by what shows the finding; orders and colours of before make way. */
function shownBy({ evidence: { sort, order, token_metric } }: Shown): Partial<Selection> {
  const along = sort === "" ? {} : { about: sort, about_order: order };
  return { ...along, sort: "", order: "desc", preset: "", seed: null, end: "", metric: token_metric };
}

/** Opens one sample of a finding over the list, at its token and step. */
export function openEvidence(finding: NamedFinding, { id, step, position }: Evidence): void {
  const isFirst = selection.peek().sample === null;
  const at = step === null ? {} : { step };
  select(
    { ...shownBy(finding), ...at, finding: finding.id, sample: id, token: position },
    isFirst ? "push" : "replace",
  );
}

/** Opens the sample that shows it most; false where no single sample does. */
export function openStrongest(finding: NamedFinding): boolean {
  const [strongest] = evidenceOf(finding);
  if (strongest === undefined) return false;
  openEvidence(finding, strongest);
  return true;
}

/** Lists the samples that show a finding or a symptom, of all its steps, strongest first. */
export function listSamples(finding: Shown): void {
  const { where, step_min, step_max } = finding.evidence;
  const narrowed = where === "" ? {} : { where };
  select(
    { ...shownBy(finding), ...narrowed, view: "samples", sample: null, step: step_max, step_min, step_max },
    "push",
  );
}
