import type { ComponentChildren, JSX } from "preact";
import type { Answer } from "../../../data/useAnswer";
import { t, translate } from "../../../i18n";
import { DrawnInSight } from "../../../ui/sight/DrawnInSight";

/** Height of every drawing in a panel, in CSS pixels. */
export const PANEL_HEIGHT = 170;

export interface PanelBodyProps<T> {
  readonly answer: Answer<T>;
  /** What to log, where the answer has nothing to draw; null where it has something. */
  readonly emptyOf: (data: T) => string | null;
  readonly children: (data: T) => ComponentChildren;
}

/** The body of a panel in each of its states: loading, failed, nothing to draw, drawn, and dimmed while outdated. */
export function PanelBody<T>({ answer, emptyOf, children }: PanelBodyProps<T>): JSX.Element {
  const { data, error, loading, stale } = answer;
  const empty = data === null ? null : emptyOf(data);
  return (
    <DrawnInSight>
      {() => (
        <div class={stale ? "overview-body stale" : "overview-body"} aria-busy={loading}>
          {error && (
            <p class="overview-error" role="alert">
              {t("overview.error", { message: translate(error.message) })}
            </p>
          )}
          {data === null && !error && <p class="overview-empty">{t("overview.loading")}</p>}
          {empty !== null && <p class="overview-empty">{empty}</p>}
          {data !== null && empty === null && children(data)}
        </div>
      )}
    </DrawnInSight>
  );
}
