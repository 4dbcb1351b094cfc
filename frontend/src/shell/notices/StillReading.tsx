/** Says of runs that are still being read how much of them is: what stands below is of that part only. */

import type { JSX } from "preact";
import type { RunInfo } from "../../api/answers";
import { t } from "../../i18n";
import "../../i18n/lazyWords";
import { formatBytes, formatPercent } from "../../lib/format";

export interface StillReadingProps {
  /** The runs whose numbers stand below. */
  readonly runs: readonly RunInfo[];
  /** Whether an answer about them leaves rows out, whatever is known of the runs as of now. */
  readonly isPart?: boolean;
}

export function StillReading({ runs, isPart = false }: StillReadingProps): JSX.Element | null {
  const reading = runs.filter(({ state }) => state === "indexing");
  if (reading.length === 0 && !isPart) return null;
  return (
    <p class="still-reading" data-testid="still-reading">
      <b>{t("indexing.partial")}</b>{" "}
      {reading.map(({ run, indexed_bytes, bytes: all }) =>
        t("indexing.so_far", {
          run,
          done: formatBytes(indexed_bytes),
          total: formatBytes(all),
          share: formatPercent(all > 0 ? indexed_bytes / all : 0),
        }),
      )}
    </p>
  );
}
