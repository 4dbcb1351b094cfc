/** How the differences are distributed: B higher at the left of 0, A at the right of it. */

import type { JSX } from "preact";
import type { Comparison } from "../../../api/compare/answers";
import chartsCss from "../../../charts/charts.css?inline";
import { Histogram } from "../../../charts/distribution/Histogram";
import { t } from "../../../i18n";
import { formatCount, formatSigned } from "../../../lib/format";
import { metricLabel } from "../../../metrics";
import { adoptStyles } from "../../../ui";

const HEIGHT = 150;

export function Differences({ data }: { data: Comparison }): JSX.Element {
  adoptStyles(chartsCss);
  const { edges, counts } = data.differences;
  const total = data.wins + data.losses;
  const half = (isA: boolean): number[] => counts.map((n, bin) => ((edges[bin] ?? 0) >= 0 === isA ? n : 0));
  const title = t("runs.differences", { metric: metricLabel(data.metric) });
  return (
    <figure class="differences" data-testid="differences">
      <figcaption>{title}</figcaption>
      {total === 0 ? (
        <p class="muted">{t("runs.all_equal")}</p>
      ) : (
        <Histogram
          label={title}
          height={HEIGHT}
          edges={edges}
          shapes={(["pos", "neg"] as const).map((colour) => ({
            key: colour,
            label: t(colour === "pos" ? "runs.higher.a" : "runs.higher.b"),
            colour,
            filled: true,
            counts: half(colour === "pos"),
            total,
            curve: null,
          }))}
          curveX={[]}
          show={{ bars: true, curve: false }}
          heights="count"
          describe={(bin) =>
            t("runs.bin", {
              from: formatSigned(edges[bin]),
              to: formatSigned(edges[bin + 1]),
              n: formatCount(counts[bin] ?? 0),
            })
          }
        />
      )}
    </figure>
  );
}
