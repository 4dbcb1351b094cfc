import type { JSX } from "preact";
import { useMemo } from "preact/hooks";
import type { RunInfo } from "../../../api/answers";
import { drawableValues, firstFinite, subtract } from "../../../charts/shared/series";
import { scalarSeries } from "../../../data/questions/scalars";
import { chosenScalarRuns, scalarRuns } from "../../../data/scalarPairing";
import { useAnswer } from "../../../data/useAnswer";
import { t } from "../../../i18n";
import { addedChartIds, fromZero, toggleIn } from "../shared/settings";
import { CurveCard } from "./CurveCard";

const ID_PREFIX = "scalar:";
/** TensorBoard keeps this many points of a series unless it is told otherwise. */
const SERIES_LIMIT = 1000;

/** The id of the chart of a scalar of TensorBoard. */
export const scalarChartId = (tag: string): string => ID_PREFIX + tag;

const isTag = (id: string): boolean => id.startsWith(ID_PREFIX);

/** Scalars that TensorBoard itself shows, as charts of the same grid. */
export function ScalarCards({ run, steps }: { run: RunInfo; steps: readonly number[] }): JSX.Element {
  const tags = addedChartIds.value.filter(isTag).map((id) => id.slice(ID_PREFIX.length));
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
            answer.loading ? t("overview.loading") : (answer.error?.message ?? t("overview.scalar.none"))
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
      title={t("overview.scalar.title", { tag })}
      hint={t("overview.scalar.hint")}
      x={series?.step ?? []}
      lines={lines}
      steps={steps}
      metric={null}
      note={t(points >= SERIES_LIMIT ? "overview.scalar.sampled" : "overview.scalar.points", { points })}
      empty={points > 0 ? null : empty}
      onHide={() => toggleIn(addedChartIds, scalarChartId(tag), false)}
    />
  );
}
