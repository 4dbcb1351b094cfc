import type { JSX } from "preact";
import type { RunInfo } from "../../../api/answers";
import { t } from "../../../i18n";
import { metricHint, metricLabel } from "../../../metrics";
import { Select } from "../../../ui";
import { chooseDistributionMetric } from "../shared/distributionMetric";
import { histogramStyle, valueSpan } from "../shared/settings";

/** Of which metric, and how it is drawn. */
export function DistributionControls({ run, metric }: { run: RunInfo; metric: string }): JSX.Element {
  return (
    <div class="overview-choices">
      <Select
        value={metric}
        label={t("overview.distribution.metric")}
        options={run.metrics.map(({ name }) => ({
          value: name,
          label: metricLabel(name),
          hint: metricHint(name),
        }))}
        onChange={(name) => {
          chooseDistributionMetric(name);
        }}
        testId="distribution-metric"
      />
      <Select
        value={histogramStyle.value}
        label={t("overview.distribution.shapes")}
        options={(["both", "bars", "curve"] as const).map((value) => ({
          value,
          label: t(`overview.distribution.shapes.${value}`),
        }))}
        onChange={(value) => {
          histogramStyle.value = value;
        }}
      />
      <Select
        value={valueSpan.value}
        label={t("overview.distribution.span")}
        options={(["all", "p01_p99"] as const).map((value) => ({
          value,
          label: t(`overview.distribution.span.${value}`),
        }))}
        onChange={(value) => {
          valueSpan.value = value;
        }}
      />
    </div>
  );
}
