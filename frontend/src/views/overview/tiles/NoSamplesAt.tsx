import type { JSX } from "preact";
import { t } from "../../../i18n";
import { selected } from "../../../state/selection";

/** A link may name a step that no line could be read of, and a search may leave none of a step: no number is of it. */
export function NoSamplesAt({ step }: { step: number }): JSX.Element {
  const isNarrowed = selected.where.value !== "" || selected.search.value !== "";
  return (
    <p class="overview-no-samples" data-testid="no-samples-at">
      {t(isNarrowed ? "overview.no_samples_left" : "overview.no_samples_at", { step })}
    </p>
  );
}
