import type { JSX } from "preact";
import { t } from "../../i18n";
import { formatCount, formatNumber } from "../../lib/format";
import { BUCKETS } from "../../lib/heatmapColours";
import { metricLabel } from "../../metrics/names";
import { CODE, colourClasses } from "../shared/colourCodes";
import type { Differences } from "./differences";
import type { DiffData } from "./stretches";

export interface DiffLegendProps {
  data: DiffData;
  left: string;
  right: string;
  differences: Differences | null;
}

/** What the marks and colours mean, as far as these texts have them. */
export function DiffLegend({ data, left, right, differences }: DiffLegendProps): JSX.Element {
  const kinds = new Set(data.opcodes.kind);
  return (
    <span class="diff-legend" data-testid="diff-legend">
      {kinds.has("delete") && <del class="diff-delete">{t("diff.only_left", { left })}</del>}
      {kinds.has("insert") && <ins class="diff-insert">{t("diff.only_right", { right })}</ins>}
      {kinds.has("moved_here") && <ins class="diff-moved_here">{t("diff.moved")}</ins>}
      {differences !== null && <DifferenceScale differences={differences} />}
    </span>
  );
}

function DifferenceScale({ differences }: { differences: Differences }): JSX.Element {
  const { scale, aligned, missing } = differences;
  const metric = metricLabel(differences.metric);
  if (scale === null && missing === aligned)
    return <span class="hint">{t("diff.metric.none", { metric })}</span>;
  const names = colourClasses(scale?.palette ?? "diverging");
  return (
    <>
      <span>{t("diff.metric", { metric })}</span>
      {scale !== null && (
        <>
          <span>{formatNumber(scale.lo)}</span>
          <span class="legend-bar" aria-hidden="true">
            {Array.from({ length: BUCKETS }, (_, i) => (
              <i key={i} class={names[i]} />
            ))}
          </span>
          <span>{formatNumber(scale.hi)}</span>
        </>
      )}
      {missing > 0 && (
        <span class={`swatch ${names[CODE.missing]}`}>
          {t("diff.metric.missing", { n: formatCount(missing), of: formatCount(aligned) })}
        </span>
      )}
    </>
  );
}
