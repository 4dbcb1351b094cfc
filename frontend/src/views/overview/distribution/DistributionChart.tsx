import type { JSX } from "preact";
import type { Steps } from "../../../api/answers";
import { Histogram } from "../../../charts/distribution/Histogram";
import { ChartTable } from "../../../charts/shared/ChartTable";
import type { ComparedDistributions } from "../../../data/questions/distributions";
import { t } from "../../../i18n";
import { formatCount, formatNumber } from "../../../lib/format";
import { PANEL_HEIGHT } from "../shared/PanelBody";
import { histogramStyle } from "../shared/settings";
import { shapesOf } from "./histogramShapes";
import { SpreadTable } from "./SpreadTable";

export interface DistributionChartProps {
  readonly data: ComparedDistributions;
  readonly asTable: boolean;
  readonly title: string;
  readonly steps: Steps;
}

/** Histogram and densities, or their table, with the numbers below. */
export function DistributionChart({ data, asTable, title, steps }: DistributionChartProps): JSX.Element {
  const { step, pin } = data;
  const drawn = shapesOf(data, {
    policy: t("overview.distribution.policy", { step }),
    reference: t("overview.distribution.reference", { step }),
    pinned: t("overview.distribution.pinned", { step: pin ?? "" }),
  });
  const { edges, density } = data.policy;
  const binName = (bin: number) => `${formatNumber(edges[bin])} … ${formatNumber(edges[bin + 1])}`;
  const outside = data.policy.count - data.policy.counts.reduce((sum, n) => sum + n, 0);
  return (
    <>
      {asTable ? (
        <ChartTable
          caption={title}
          heads={[t("overview.distribution.bin"), ...drawn.map((shape) => shape.label)]}
          rows={data.policy.counts.length}
          cells={(bin) => [binName(bin), ...drawn.map((shape) => formatNumber(shape.counts[bin]))]}
          height={PANEL_HEIGHT}
          thinnedText={(shown, total) => t("overview.table.thinned", { shown, total })}
        />
      ) : (
        <Histogram
          label={`${title}. ${t("overview.axis_described", { min: formatNumber(edges[0]), max: formatNumber(edges.at(-1)) })}`}
          height={PANEL_HEIGHT}
          edges={edges}
          shapes={drawn}
          curveX={density.x}
          show={{ bars: histogramStyle.value !== "curve", curve: histogramStyle.value !== "bars" }}
          describe={(bin) =>
            [
              binName(bin),
              ...drawn.map((shape) => `${shape.label}: ${formatCount(shape.counts[bin] ?? 0)}`),
            ].join(" · ")
          }
        />
      )}
      {outside > 0 && (
        <p class="overview-note">{t("overview.distribution.outside", { outside: formatCount(outside) })}</p>
      )}
      <SpreadTable data={data} shapes={drawn} steps={steps} />
    </>
  );
}
