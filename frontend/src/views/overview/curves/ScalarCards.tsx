import type { JSX } from "preact";
import { useMemo } from "preact/hooks";
import type { RunInfo } from "../../../api/answers";
import { drawableValues, firstFinite, subtract } from "../../../charts/shared/series";
import { scalarSeries } from "../../../data/questions/scalars";
import { chosenScalarRuns, scalarRuns } from "../../../data/scalarPairing";
import { useAnswer } from "../../../data/useAnswer";
import { said, t } from "../../../i18n";
import { switchChart } from "../catalogue/chosenCharts";
import { scalarChartId } from "../catalogue/scalarCharts";
import { fromZero } from "../shared/settings";
import { CurveCard } from "./CurveCard";

/** TensorBoard keeps this many points of a series unless it is told otherwise. */
const SERIES_LIMIT = 1000;

export interface ScalarCardsProps {
  readonly run: RunInfo;
  readonly tags: readonly string[];
  readonly steps: readonly number[];
}

/** Scalars that TensorBoard itself shows, as charts of the same grid. */
export function ScalarCards({ run, tags, steps }: ScalarCardsProps): JSX.Element {
  const tag = scalarRuns.value.length > 0 ? [...tags].sort() : [];
  const parameters = { run: run.run, tag, scalar_run: chosenScalarRuns.value };
  const answer = useAnswer(scalarSeries, tag.length === 0 ? null : parameters);
  return (
    <>
      {tags.map((tag) => (
        <ScalarCard
          key={tag}
          tag={tag}
          series={answer.data?.[tag] ?? null}
          steps={steps}
          empty={
            answer.loading
              ? t("overview.loading")
              : said(answer.error?.message ?? "") || t("overview.scalar.none")
          }
        />
      ))}
    </>
  );
}

interface ScalarCardProps {
  readonly tag: string;
  readonly series: { readonly step: number[]; readonly value: (number | null)[] } | null;
  readonly steps: readonly number[];
  readonly empty: string;
}

function ScalarCard({ tag, series, steps, empty }: ScalarCardProps) {
  const zero = fromZero.value;
  const lines = useMemo(() => {
    if (!series) return [];
    const values = drawableValues(series.value);
    const shifted = subtract(values, zero ? firstFinite(values) : 0);
    return [
      { key: tag, label: t("overview.scalar.value"), colour: "s1" as const, values: shifted, band: null },
    ];
  }, [series, zero, tag]);
  const points = series?.step.length ?? 0;
  return (
    <CurveCard
      id={tag}
      title={tag}
      tools={<span class="overview-chip">{t("overview.scalar.chip")}</span>}
      hint={t("overview.scalar.hint")}
      x={series?.step ?? []}
      lines={lines}
      steps={steps}
      metric={null}
      about={[]}
      noteAt={() =>
        t(points >= SERIES_LIMIT ? "overview.scalar.sampled" : "overview.scalar.points", { points })
      }
      empty={points > 0 ? null : empty}
      onHide={() => switchChart(scalarChartId(tag), false)}
    />
  );
}
