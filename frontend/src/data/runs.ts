/** The runs of the log directory, and the chosen one. */

import { batch, type ReadonlySignal, signal } from "@preact/signals";
import type { RunInfo, Runs } from "../api/answers";
import type { ApiError } from "../api/errors";
import { select, selected } from "../state/selection";
import { setConfiguredRules } from "../state/textRules";
import { changedAt, revision } from "./revision";
import { stableComputed } from "./scopes";

/** Null until the first answer. An answer stays when a newer question fails; the failure is beside it. */
export const runs = signal<Runs | null>(null);
export const runsError = signal<ApiError | null>(null);

/** The chosen run; null while it is not known. */
export const run: ReadonlySignal<RunInfo | null> = stableComputed(
  () => runs.value?.runs.find((candidate) => candidate.run === selected.run.value) ?? null,
);

/** Why what was logged under one of these words can nowhere be used; null where it was not logged, or can. */
export function unusableReason(words: readonly string[]): string | null {
  const reasons = run.value?.unusable ?? {};
  return words.map((word) => reasons[word]).find((reason) => reason !== undefined) ?? null;
}

/** Names of the runs to choose from: one whose samples another run has as well is left out, unless it is chosen. */
export function listedRuns(): string[] {
  const all = runs.value?.runs ?? [];
  return all.flatMap((info) => (info.same_as === "" || info.run === selected.run.value ? [info.run] : []));
}

/** Goes to the next (1) or previous (-1) of the runs to choose from. False at the end. */
export function moveRun(by: 1 | -1): boolean {
  const names = listedRuns();
  const at = names.indexOf(selected.run.value);
  const next = names[at + by];
  if (at < 0 || next === undefined) return false;
  select({ run: next }, "push");
  return true;
}

/** Takes over an answer of `/runs` and chooses a run where none is chosen. Returns whether the index changed. */
export function updateRuns(answer: Runs & { revision: string }): boolean {
  const changed = answer.revision !== revision.peek();
  batch(() => {
    if (changed && revision.peek() !== "") changedAt.value = Date.now();
    setConfiguredRules(answer.runs);
    runs.value = answer;
    runsError.value = null;
    revision.value = answer.revision;
  });
  const first = firstChoice(answer.runs.filter(({ same_as }) => same_as === ""));
  if (selected.run.peek() === "" && first !== undefined) select({ run: first.run });
  return changed;
}

/** What was trained on is looked at more than what it was measured with. A run that is not read yet tells by its name. */
function firstChoice(listed: readonly RunInfo[]): RunInfo | undefined {
  const mayTrain = ({ run, splits }: RunInfo) =>
    splits.length === 0 && !/(^|[^a-z])(eval|val|test)/i.test(run);
  return listed.find(({ splits }) => splits.includes("train")) ?? listed.find(mayTrain) ?? listed[0];
}
