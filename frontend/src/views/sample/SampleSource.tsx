import type { JSX } from "preact";
import type { Sample } from "../../api/answers";
import { t, translate } from "../../i18n";
import { problemKindName } from "../../i18n/problemKindName";
import { CopyButton, Panel } from "../../ui";

/** Where the sample was read from, and what was cut off it and why. */
export function SampleSource({ sample }: { sample: Sample }): JSX.Element {
  const place = sample.line === null ? sample.file : `${sample.file}:${sample.line}`;
  return (
    <Panel id="sample.place" title={t("sample.source.title")} foldLabel={t("sample.fold")} testId="place">
      <p>
        <code>{place}</code> <CopyButton text={() => place} label={t("sample.source.copy")} />
      </p>
      <p class="muted">
        {t("sample.source.attempt", { run: sample.run, attempt: sample.attempt, split: sample.split })}
      </p>
      {sample.trimmed.length > 0 && (
        <ul>
          {sample.trimmed.map(({ what, count, reason }) => (
            <li key={what + reason}>
              {t("sample.source.trimmed", { what, n: count, reason: translate(reason) })}
            </li>
          ))}
        </ul>
      )}
    </Panel>
  );
}

/** The problems of the sample's line. They are shown first, so that they are not overlooked. */
export function SampleProblems({ sample }: { sample: Sample }): JSX.Element | null {
  if (sample.problems.length === 0) return null;
  return (
    <ul class="problems" aria-label={t("sample.problems")} data-testid="sample-problems">
      {sample.problems.map(({ kind, reason, line }, k) => (
        <li key={k}>
          <strong>{problemKindName(kind)}</strong> {translate(reason)}
          {line !== null && <span class="muted"> {t("sample.problems.line", { line })}</span>}
        </li>
      ))}
    </ul>
  );
}
