/** Asks for the runs again and again: soon while there is news, rarely when nothing changes, never when hidden. */

import { batch, effect } from "@preact/signals";
import type { Runs } from "../api/answers";
import { api } from "../api/endpoints";
import { onReload, visible } from "../host";
import { select, selection } from "../state/selection";
import { giveRules } from "../state/textRules";
import { asApiError, changedAt, revision, runs, runsError } from "./useAnswer";

const BUSY_MS = 1000;
const QUIET_MS = 5000;
const SLOWEST_MS = 30_000;

/** How long to wait before the next question, given the last wait. */
export function nextWait(last: number, answer: Runs | null, changed: boolean): number {
  const busy =
    answer !== null && (answer.state === "looking" || answer.runs.some((r) => r.state === "indexing"));
  if (busy) return BUSY_MS;
  return changed ? QUIET_MS : Math.min(SLOWEST_MS, Math.max(QUIET_MS, last * 1.5));
}

function accept(answer: Runs & { revision: string }): boolean {
  const changed = answer.revision !== revision.peek();
  batch(() => {
    if (changed && revision.peek() !== "") changedAt.value = Date.now();
    giveRules(answer.runs);
    runs.value = answer;
    runsError.value = null;
    revision.value = answer.revision;
  });
  // What was trained on is looked at more than what it was measured with.
  const first = answer.runs.find(({ splits }) => splits.includes("train")) ?? answer.runs[0];
  if (selection.peek().run === "" && first !== undefined) select({ run: first.run });
  return changed;
}

let wake: () => void = () => undefined;

/** Asks now: the user pressed retry, or TensorBoard its reload button. */
export function refresh(): void {
  wake();
}

/** Starts asking. Returns what stops it. */
export function startPolling(): () => void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let control = new AbortController();
  let wait = QUIET_MS;

  async function ask(): Promise<void> {
    clearTimeout(timer);
    control.abort();
    control = new AbortController();
    const { signal } = control;
    let changed = false;
    try {
      const answer = await api.runs(signal);
      if (signal.aborted) return;
      changed = accept(answer);
    } catch (error) {
      if (signal.aborted) return;
      runsError.value = asApiError(error, "runs");
    }
    wait = nextWait(wait, runs.peek(), changed);
    if (visible.peek()) timer = setTimeout(() => void ask(), wait);
  }

  wake = () => {
    wait = QUIET_MS;
    void ask();
  };
  onReload(wake);
  const stop = effect(() => {
    if (visible.value) void ask();
    else clearTimeout(timer);
  });
  return () => {
    stop();
    clearTimeout(timer);
    control.abort();
  };
}
