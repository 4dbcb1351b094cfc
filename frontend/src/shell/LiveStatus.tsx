/** Whether the page is up to date: reading with bytes and time left, or how long ago the data changed. */

import type { JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import type { RunInfo } from "../api/answers";
import { changedAt } from "../data/revision";
import { run, runsError } from "../data/runs";
import { t, translate } from "../i18n";
import { formatBytes, formatDuration } from "../lib/format";
import { useNow } from "./clock";

/** "12.3 MB of 40 MB, 55 MB/s, 1 s left" */
export function progressText(info: RunInfo): string {
  const slots = {
    done: formatBytes(info.indexed_bytes),
    total: formatBytes(info.bytes),
    rate: formatBytes(info.bytes_per_second),
  };
  if (info.bytes_per_second <= 0) return t("shell.progress", slots);
  const left = formatDuration(Math.max(0, info.bytes - info.indexed_bytes) / info.bytes_per_second);
  return t("shell.progress.left", { ...slots, left });
}

const OPENED_AT = Date.now();
const MINUTE = 60;
/** Seconds of which an age within the first minute is told. */
const AGE_STEP_S = 5;
const LATER_MS = 10_000;

export function LiveStatus(): JSX.Element {
  const info = run.value;
  const at = changedAt.value;
  const [everyMs, setEveryMs] = useState(1000 * AGE_STEP_S);
  const seconds = Math.max(0, useNow(everyMs).value - (at ?? OPENED_AT)) / 1000;
  const isLong = seconds >= MINUTE;
  useEffect(() => setEveryMs(isLong ? LATER_MS : 1000 * AGE_STEP_S), [isLong]);
  if (runsError.value !== null) {
    return (
      <span class="live" title={translate(runsError.value.message)}>
        <span class="dot late">●</span>{" "}
        {t(runsError.value.status === 0 ? "shell.live.unreachable" : "shell.live.error")}
      </span>
    );
  }
  if (info?.state === "indexing") {
    return (
      <span class="live number" title={t("shell.live.indexing.hint")}>
        <span class="dot">●</span> {progressText(info)}
      </span>
    );
  }
  // Coarse is enough: to draw every second what hardly changes would keep a page busy that nobody touches.
  const unit = isLong ? MINUTE : AGE_STEP_S;
  const age = formatDuration(unit * Math.floor(seconds / unit));
  return (
    <span
      class="live number"
      title={at === null ? t("shell.live.unchanged.hint", { age }) : t("shell.live.changed.hint", { age })}
    >
      <span class="dot">●</span>{" "}
      <span class="wide-only">{t(at === null ? "shell.live.unchanged" : "shell.live.changed", { age })}</span>
      <span class="small-only">{age}</span>
    </span>
  );
}
