/** Asks for the runs again and again: soon while there is news, rarely when nothing changes, never when hidden. */

import { effect } from "@preact/signals";
import type { Runs } from "../api/answers";
import * as endpoints from "../api/endpoints";
import { asApiError } from "../api/errors";
import { visible } from "../host/appearance";
import { onReload } from "../host/reload";
import { runs, runsError, updateRuns } from "./runs";

const BUSY_MS = 1000;
const QUIET_MS = 5000;
const MAX_WAIT_MS = 30_000;

/** How long to wait before the next question, in ms, given the last wait. */
export function nextWait(lastMs: number, answer: Runs | null, changed: boolean): number {
  const busy =
    answer !== null && (answer.state === "looking" || answer.runs.some((run) => run.state === "indexing"));
  if (busy) return BUSY_MS;
  return changed ? QUIET_MS : Math.min(MAX_WAIT_MS, Math.max(QUIET_MS, lastMs * 1.5));
}

let pollNow: () => void = () => undefined;

/** Asks now: the user pressed retry, or TensorBoard its reload button. */
export function refresh(): void {
  pollNow();
}

/** Starts asking. Returns what stops it. */
export function startPolling(): () => void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let control = new AbortController();
  let waitMs = QUIET_MS;

  async function poll(): Promise<void> {
    clearTimeout(timer);
    control.abort();
    control = new AbortController();
    const { signal } = control;
    let changed = false;
    try {
      const answer = await endpoints.runs({}, { signal });
      if (signal.aborted) return;
      changed = updateRuns(answer);
    } catch (error) {
      if (signal.aborted) return;
      runsError.value = asApiError(error, "runs");
    }
    waitMs = nextWait(waitMs, runs.peek(), changed);
    if (visible.peek()) timer = setTimeout(() => void poll(), waitMs);
  }

  pollNow = () => {
    waitMs = QUIET_MS;
    void poll();
  };
  onReload(pollNow);
  const stop = effect(() => {
    if (visible.value) void poll();
    else clearTimeout(timer);
  });
  return () => {
    stop();
    clearTimeout(timer);
    control.abort();
  };
}
