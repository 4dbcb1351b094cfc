import type { JSX } from "preact";
import type { CurveLine } from "../../../charts/curves/plotColumns";
import { ChartTable } from "../../../charts/shared/ChartTable";
import { t } from "../../../i18n";
import { formatNumber } from "../../../lib/format";
import { selection } from "../../../state/selection";

export interface CurveTableProps {
  readonly title: string;
  readonly x: readonly number[];
  readonly lines: readonly CurveLine[];
  readonly height: number;
}

/** The numbers of a chart of curves, with the selected and the pinned step marked. */
export function CurveTable({ title, x, lines, height }: CurveTableProps): JSX.Element {
  const heads = lines.flatMap((line) =>
    line.band ? [line.label, t("overview.band.low"), t("overview.band.high")] : [line.label],
  );
  const { step, pin } = selection.value;
  const rows = [step, pin]
    .flatMap((marked) => (marked === null ? [] : [x.indexOf(marked)]))
    .filter((row) => row >= 0);
  return (
    <ChartTable
      caption={title}
      heads={[t("overview.head.step"), ...heads]}
      rows={x.length}
      cells={(row) => [
        String(x[row]),
        ...lines.flatMap(({ values, band }) =>
          [values[row], ...(band ? [band.low[row], band.high[row]] : [])].map(formatNumber),
        ),
      ]}
      marked={rows}
      height={height}
      thinnedText={(shown, total) => t("overview.table.thinned", { shown, total })}
    />
  );
}
