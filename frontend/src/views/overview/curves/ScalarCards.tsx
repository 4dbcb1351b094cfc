import type { JSX } from "preact";
import { useMemo } from "preact/hooks";
import type { RunInfo, Scalars } from "../../../api/answers";
import type { CurveLine } from "../../../charts/curves/plotColumns";
import { type ColourRole, RUN_ROLES } from "../../../charts/shared/chartColours";
import { drawableValues, firstFinite, subtract } from "../../../charts/shared/series";
import { scalarSeries } from "../../../data/questions/scalars";
import { chosenScalarRuns, scalarRuns } from "../../../data/scalarPairing";
import { useAnswer } from "../../../data/useAnswer";
import { t, translate } from "../../../i18n";
import { switchChart } from "../catalogue/chosenCharts";
import { scalarChartId } from "../catalogue/scalarCharts";
import { laidTogether } from "../overlay/overlaidLines";
import { type ScalarOverlay, useScalarOverlays } from "../overlay/useScalarOverlays";
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
  const overlays = useScalarOverlays(tag);
  return (
    <>
      {tags.map((tag) => (
        <ScalarCard
          key={tag}
          tag={tag}
          series={answer.data?.[tag] ?? null}
          steps={steps}
          overlays={overlays}
          empty={
            answer.loading
              ? t("overview.loading")
              : translate(answer.error?.message ?? "") || t("overview.scalar.none")
          }
        />
      ))}
    </>
  );
}

interface ScalarCardProps {
  readonly tag: string;
  readonly series: Scalars[string] | null;
  readonly steps: readonly number[];
  readonly overlays: readonly ScalarOverlay[];
  readonly empty: string;
}

function ScalarCard({ tag, series, steps, overlays, empty }: ScalarCardProps) {
  const zero = fromZero.value;
  const drawn = useMemo(() => {
    const own = series ? [scalarLine(tag, t("overview.scalar.value"), "s1", series, zero)] : [];
    const others = overlays.flatMap(({ overlaid: { run, place }, series: theirs }) => {
      const found = theirs?.[tag];
      if (found === undefined) return [];
      const colour = RUN_ROLES[place] ?? "muted";
      return [{ line: scalarLine(`${place} ${run}`, run, colour, found, zero), steps: found.step }];
    });
    return laidTogether(series?.step ?? [], own, others);
  }, [series, overlays, zero, tag]);
  const points = series?.step.length ?? 0;
  return (
    <CurveCard
      id={tag}
      title={tag}
      tools={<span class="overview-chip">{t("overview.scalar.chip")}</span>}
      hint={t("overview.scalar.hint")}
      x={drawn.x}
      lines={drawn.lines}
      steps={steps}
      metric={null}
      about={[]}
      noteAt={() =>
        [
          t(points >= SERIES_LIMIT ? "overview.scalar.sampled" : "overview.scalar.points", { points }),
          ...absentWords(tag, overlays),
        ].join(" · ")
      }
      empty={points > 0 ? null : empty}
      onHide={() => switchChart(scalarChartId(tag), false)}
    />
  );
}

function scalarLine(
  key: string,
  label: string,
  colour: ColourRole,
  { value }: Scalars[string],
  fromFirst: boolean,
): CurveLine {
  const values = drawableValues(value);
  return { key, label, colour, values: subtract(values, fromFirst ? firstFinite(values) : 0), band: null };
}

/** Which of the runs that are compared have no line here, and why. */
function absentWords(tag: string, overlays: readonly ScalarOverlay[]): string[] {
  const named = (found: readonly ScalarOverlay[]): string => found.map(({ run }) => run).join(", ");
  const unread = overlays.filter(({ series }) => series === null);
  const without = overlays.filter(({ series }) => series !== null && series[tag] === undefined);
  return [
    ...(without.length > 0 ? [t("overview.scalar.without", { runs: named(without) })] : []),
    ...(unread.length > 0 ? [t("overview.scalar.unread", { runs: named(unread) })] : []),
  ];
}
