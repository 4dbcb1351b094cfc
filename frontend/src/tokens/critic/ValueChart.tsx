import type { JSX } from "preact";
import { useMemo } from "preact/hooks";
import type { ColourRole } from "../../charts/shared/chartColours";
import { findMessage, t } from "../../i18n";
import { metricHint, metricLabel } from "../../metrics";
import { CollapsibleSection } from "../../ui";
import { PositionPlot } from "../positions/PositionPlot";
import type { TokenViewState } from "../shared/tokenViewState";
import { type DiscountFactors, discountText } from "./discountText";
import { type ValueLine, valueLines } from "./valueLines";

const COLOUR: Record<ValueLine["metric"], ColourRole> = {
  values: "policy",
  return_to_go: "pos",
  returns: "s1",
  value_error: "muted",
};

export interface ValueChartProps {
  viewState: TokenViewState;
  factors: DiscountFactors;
  /** What the error is against: "returns" (logged), "gae" (recomputed), or null where there is none. */
  target: string | null;
}

/** Value against return-to-go over the positions; a click goes to the token. Nothing where the log has no values. */
export function ValueChart({ viewState, factors, target }: ValueChartProps): JSX.Element | null {
  if (!viewState.data.rows.has("values")) return null;
  const gamma = discountText(factors);
  const against = findMessage(`sample.critic.target.${target}`, { gamma });
  return (
    <CollapsibleSection
      id="values"
      dock="tokens"
      title={t("sample.critic.title", { gamma })}
      testId="chart-values"
    >
      <Lines viewState={viewState} against={against} />
    </CollapsibleSection>
  );
}

/** The content, which is computed only while the section is open. */
function Lines({ viewState, against }: { viewState: TokenViewState; against: string | null }) {
  const found = useMemo(() => valueLines(viewState.data), [viewState]);
  const lines = useMemo(
    () =>
      found.lines.map(({ metric, numbers }) => ({
        metric,
        numbers,
        colour: COLOUR[metric],
        dashed: metric === "value_error",
      })),
    [found],
  );
  if (found.needs.length > 0)
    return <p class="muted">{t("sample.critic.needs", { fields: found.needs.join(", ") })}</p>;
  return (
    <>
      <p class="chart-key">
        {found.lines.map(({ metric }) => (
          <span key={metric} title={metricHint(metric)} data-line={metric}>
            {metricLabel(metric)}
          </span>
        ))}
        {against !== null && <span class="muted">{against}</span>}
        {found.nonFinite > 0 && (
          <span class="odd">{t("sample.critic.left_out", { n: found.nonFinite })}</span>
        )}
      </p>
      <PositionPlot viewState={viewState} lines={lines} />
    </>
  );
}
