import type { JSX } from "preact";
import { useState } from "preact/hooks";
import type { RunInfo, Steps } from "../../../api/answers";
import { scalarTags } from "../../../data/questions/scalars";
import { chosenScalarRuns, scalarRuns } from "../../../data/scalarPairing";
import { useAnswer } from "../../../data/useAnswer";
import { t } from "../../../i18n";
import { metricHint, metricLabel } from "../../../metrics";
import { Popover, Toggle } from "../../../ui";
import { addedChartIds, hiddenCharts, toggleIn } from "../shared/settings";
import { chartTitle } from "./CurveGrid";
import { type ChartSource, metricChartId, stepMetricChartId } from "./chartCatalogue";
import { scalarChartId } from "./ScalarCards";

type ChartGroup = "built_in" | "metrics" | "steps" | "scalars";

interface ChartChoice {
  readonly id: string;
  readonly label: string;
  readonly hint: string;
  readonly on: boolean;
  readonly set: (on: boolean) => void;
}

export interface ChartPickerProps {
  readonly run: RunInfo;
  readonly steps: Steps | null;
  readonly builtIn: readonly ChartSource[];
}

/** The popover that switches charts on and off: built-in ones, metrics, numbers of the steps, scalars. */
export function ChartPicker(props: ChartPickerProps): JSX.Element {
  return (
    <Popover face={t("overview.charts")} label={t("overview.charts.choose")} testId="chart-picker">
      <ChartChoices {...props} />
    </Popover>
  );
}

function ChartChoices({ run, steps, builtIn }: ChartPickerProps) {
  const [search, setSearch] = useState("");
  const paired = scalarRuns.value.length > 0;
  const parameters = { run: run.run, scalar_run: chosenScalarRuns.value };
  const scalars = useAnswer(scalarTags, paired ? parameters : null);
  const tags = [...new Set(Object.values(scalars.data?.tags ?? {}).flat())].sort();
  const stepMetrics = Object.keys(steps?.step_metrics ?? {}).sort();
  // What the steps have under the same name is one curve; under an old address it may stand as a metric's.
  const ofSamples = run.metrics.filter(
    ({ name }) => !stepMetrics.includes(name) || addedChartIds.value.includes(metricChartId(name)),
  );
  const groups: [ChartGroup, ChartChoice[]][] = [
    ["built_in", builtIn.map(builtInChoice)],
    ["metrics", ofSamples.map(({ name }) => metricChoice(metricChartId(name), name))],
    ["steps", stepMetrics.map((name) => metricChoice(stepMetricChartId(name), name))],
    ["scalars", tags.map((tag) => addedChoice(scalarChartId(tag), tag, t("overview.scalar.hint")))],
  ];
  const wanted = search.trim().toLowerCase();
  const matches = (item: ChartChoice) => `${item.label} ${item.id}`.toLowerCase().includes(wanted);
  const found = groups.map(([group, items]) => [group, items.filter(matches)] as const);
  return (
    <div class="overview-picker">
      <input
        type="search"
        class="field"
        placeholder={t("overview.charts.search")}
        aria-label={t("overview.charts.search")}
        data-testid="chart-search"
        onInput={(event) => setSearch(event.currentTarget.value)}
      />
      {found.map(([group, items]) =>
        items.length === 0 ? null : (
          <fieldset key={group}>
            <legend>{t(`overview.charts.${group}`)}</legend>
            {items.map((item) => (
              <Toggle key={item.id} on={item.on} onChange={item.set} label={item.label} hint={item.hint} />
            ))}
          </fieldset>
        ),
      )}
      {found.every(([, items]) => items.length === 0) && <p class="muted">{t("overview.charts.nothing")}</p>}
      {!paired && <p class="muted">{t("overview.scalar.no_runs")}</p>}
      {scalars.error && <p class="muted">{scalars.error.message}</p>}
    </div>
  );
}

function builtInChoice(source: ChartSource): ChartChoice {
  return {
    id: source.id,
    label: chartTitle(source),
    hint: "",
    on: !hiddenCharts.value.includes(source.id),
    set: (on) => toggleIn(hiddenCharts, source.id, !on),
  };
}

const metricChoice = (id: string, name: string): ChartChoice =>
  addedChoice(id, metricLabel(name), metricHint(name));

function addedChoice(id: string, label: string, hint: string): ChartChoice {
  return {
    id,
    label,
    hint,
    on: addedChartIds.value.includes(id),
    set: (on) => toggleIn(addedChartIds, id, on),
  };
}
