import type { JSX } from "preact";
import { t } from "../../../i18n";
import { selected } from "../../../state/selection";
import { Empty } from "../../../ui";

/** No step has a sample: none fits, none was read yet, or there is none. */
export function NoSteps({ isReading }: { isReading: boolean }): JSX.Element {
  const [where, search] = [selected.where.value, selected.search.value];
  const isNarrowed = where !== "" || search !== "";
  if (!isNarrowed && isReading) return <p class="overview-empty">{t("overview.loading")}</p>;
  return (
    <Empty title={t(isNarrowed ? "filter.none" : "samples.none")}>
      <p>{t(isNarrowed ? "filter.none.advice" : "samples.none.advice")}</p>
    </Empty>
  );
}

/** A link may name a step that no line could be read of, and a search may leave none of a step: no number is of it. */
export function NoSamplesAt({ step }: { step: number }): JSX.Element {
  const isNarrowed = selected.where.value !== "" || selected.search.value !== "";
  return (
    <p class="overview-no-samples" data-testid="no-samples-at">
      {t(isNarrowed ? "overview.no_samples_left" : "overview.no_samples_at", { step })}
    </p>
  );
}
