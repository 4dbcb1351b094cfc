import type { JSX } from "preact";
import { t } from "../i18n";
import { metricHint, metricLabel } from "../metrics";
import { metricOptions, neededBy } from "./shared/metricOptions";
import type { TokenViewState } from "./shared/tokenViewState";

/**
 * The choice of the metric that colours the tokens. Metrics that the log lacks are disabled and name the missing
 * fields.
 */
export function MetricSelect({
  viewState,
  onMetric,
}: {
  viewState: TokenViewState;
  onMetric: (name: string) => void;
}): JSX.Element {
  const current = viewState.metric.value?.name ?? "";
  return (
    <label class="metric-select" title={current === "" ? "" : metricHint(current)}>
      <span class="unseen">{t("sample.colour_metric")}</span>
      <select
        data-testid="token-metric"
        value={current}
        onChange={(event) => onMetric(event.currentTarget.value)}
      >
        {metricOptions(viewState.data.metrics).map(({ name, needs }) => (
          <option key={name} value={name} disabled={needs.length > 0}>
            {needs.length === 0
              ? metricLabel(name)
              : t("sample.colour_metric.needs", { name: metricLabel(name), fields: needs.join(", ") })}
          </option>
        ))}
      </select>
    </label>
  );
}

/** Why the metric that was asked for colours nothing: the sample does not have it. */
export function AbsentMetric({ viewState }: { viewState: TokenViewState }): JSX.Element | null {
  const name = viewState.absent.value;
  if (name === null) return null;
  const fields = neededBy(name, viewState.data.metrics).join(", ");
  return (
    <span class="odd" data-testid="absent-metric">
      {t("sample.colour_metric.absent", { name: metricLabel(name), fields })}
    </span>
  );
}
