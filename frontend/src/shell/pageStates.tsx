/** The page while nothing is readable yet, and where a question failed. */

import type { JSX } from "preact";
import type { RunInfo } from "../api/answers";
import type { ApiError } from "../api/errors";
import { refresh } from "../data/polling";
import { runs } from "../data/runs";
import { t } from "../i18n";
import { formatCount } from "../lib/format";
import { ErrorBox, type LazyFallbackProps, Progress } from "../ui";
import { progressText } from "./LiveStatus";

/** Nothing of the run is there yet: it is being read, or asked for. */
export function Reading({ info }: { info: RunInfo | null }): JSX.Element {
  const isAsked = info !== null && info.state !== "indexing";
  const heading = info === null ? t("shell.scanning") : t("shell.indexing", { run: info.run });
  return (
    <section class="state" aria-label={t("shell.loading")} data-testid="loading">
      <h2>{isAsked ? t("shell.loading") : heading}</h2>
      {info === null || isAsked ? (
        <Progress share={null} text={info?.run ?? t("shell.scanning.hint")} label={t("shell.loading")} />
      ) : (
        <Progress
          share={info.bytes > 0 ? info.indexed_bytes / info.bytes : null}
          text={progressText(info)}
          label={t("shell.loading")}
        />
      )}
      {info === null ? (
        <SearchedFolders />
      ) : (
        <p class="muted">
          {t("shell.indexing.known", {
            files: formatCount(info.files),
            samples: formatCount(info.samples),
            steps: formatCount(info.steps.count),
          })}
        </p>
      )}
    </section>
  );
}

/** The folders in which rollout files were looked for. */
export function SearchedFolders(): JSX.Element | null {
  const places = runs.value?.looked_in ?? [];
  if (places.length === 0) return null;
  return (
    <ul>
      {places.map((place) => (
        <li key={place}>
          <code>{place}</code>
        </li>
      ))}
    </ul>
  );
}

/** A question that the page cannot do without has failed: why, and what to do. */
export function Failed({ error, what }: { error: ApiError; what: string }): JSX.Element {
  const advice =
    error.status === 0
      ? t("shell.error.unreachable")
      : error.status === 403
        ? t("shell.error.refused", { host: window.location.hostname })
        : t("shell.error.advice");
  const where = t("shell.error.where", {
    question: error.question,
    status: error.status === 0 ? "–" : error.status,
  });
  return (
    <ErrorBox
      title={what}
      message={error.message}
      where={where}
      advice={advice}
      retry={{ label: t("shell.retry"), run: refresh }}
    />
  );
}

/** A part of the page whose file is on its way, or could not be read: TensorBoard ended, or was upgraded meanwhile. */
export function LazyFallback({ error }: LazyFallbackProps): JSX.Element {
  if (error === null) {
    return (
      <section class="state" aria-busy="true" aria-label={t("shell.loading")} data-testid="loading-part" />
    );
  }
  return (
    <ErrorBox
      title={t("shell.error.part")}
      message={error.message}
      advice={t("shell.error.part.advice")}
      retry={{ label: t("shell.error.reload"), run: () => window.location.reload() }}
    />
  );
}
