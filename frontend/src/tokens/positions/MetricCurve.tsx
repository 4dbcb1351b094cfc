import type { JSX } from "preact";
import { useMemo } from "preact/hooks";
import { t } from "../../i18n";
import { formatCount } from "../../lib/format";
import { metricHint, metricLabel } from "../../metrics";
import { CollapsibleSection } from "../../ui";
import { type TokenMetric, valueAt } from "../shared/responseTokens";
import type { TokenViewState } from "../shared/tokenViewState";
import { maskedStretches } from "./maskedStretches";
import { PositionPlot } from "./PositionPlot";

/** The metric that colours the tokens, over their positions; another metric is chosen where the colour is. */
export function MetricCurve({ viewState }: { viewState: TokenViewState }): JSX.Element | null {
  const metric = viewState.metric.value;
  if (metric === null) return null;
  return (
    <CollapsibleSection
      id="curve"
      dock="tokens"
      title={t("sample.curve.title", { name: metricLabel(metric.name) })}
      testId="metric-curve"
    >
      <Curve viewState={viewState} metric={metric} />
    </CollapsibleSection>
  );
}

/** The content, which is computed only while the section is open. */
function Curve({ viewState, metric }: { viewState: TokenViewState; metric: TokenMetric }) {
  const { data } = viewState;
  const { lines, nonFinite } = useMemo(() => {
    let left = 0;
    const numbers = data.shown.map((_, i) => {
      const value = valueAt(data, metric.name, i);
      if (value === "missing") return null;
      if (!Number.isFinite(value)) left++;
      return Number.isFinite(value) ? value : null;
    });
    const line = { metric: metric.name, numbers, colour: "policy" as const, dashed: false };
    return { lines: [line], nonFinite: left };
  }, [data, metric]);
  const masked = useMemo(() => maskedStretches(data.mask), [data]);
  return (
    <>
      <p class="chart-key" title={metricHint(metric.name)}>
        <span class="muted">{t("sample.curve.actions")}</span>
        {masked.length > 0 && <span class="muted">{t("sample.curve.masked")}</span>}
        {nonFinite > 0 && (
          <span class="odd">{t("sample.critic.left_out", { n: formatCount(nonFinite) })}</span>
        )}
      </p>
      <PositionPlot key={metric.name} viewState={viewState} lines={lines} />
    </>
  );
}
