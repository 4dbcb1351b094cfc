import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { t, translate } from "../../../i18n";
import { Button, Popover, Toggle } from "../../../ui";
import { addedChartIds, hiddenCharts } from "../shared/settings";
import { type ChartChoice, type ChartsOnOffer, choicesByQuestion } from "./chartChoices";
import { chooseNoCharts, switchChart } from "./chosenCharts";

/** The popover that switches charts on and off, by the question that each answers. */
export function ChartPicker(props: ChartsOnOffer): JSX.Element {
  return (
    <Popover trigger={t("overview.charts")} label={t("overview.charts.choose")} testId="chart-picker">
      <ChartChoices {...props} />
    </Popover>
  );
}

function ChartChoices(props: ChartsOnOffer) {
  const [search, setSearch] = useState("");
  const wanted = search.trim().toLowerCase();
  const all = choicesByQuestion(props);
  const matches = ({ label, id }: ChartChoice) => `${label} ${id}`.toLowerCase().includes(wanted);
  const found = all
    .map((group) => ({
      ...group,
      first: group.first.filter(matches),
      further: group.further.filter(matches),
    }))
    .filter(({ first, further }) => first.length + further.length > 0);
  const every = all.flatMap(({ first, further }) => [...first, ...further]);
  const isChanged = hiddenCharts.value.length + addedChartIds.value.length > 0;
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
      <p class="muted">
        {t("overview.charts.about", { on: every.filter(({ on }) => on).length, all: every.length })}{" "}
        {isChanged && (
          <Button quiet hint={t("overview.charts.reset.hint")} onClick={chooseNoCharts} testId="charts-reset">
            {t("overview.charts.reset")}
          </Button>
        )}
      </p>
      {found.map(({ question, first, further }) => (
        <fieldset key={question}>
          <legend>{t(`overview.question.${question}`)}</legend>
          {first.map(choiceRow)}
          {further.length > 0 && (
            // Searched for, they are what is wanted; else there are too many to read.
            <details open={wanted !== "" || further.some(({ on }) => on)}>
              <summary>{t("overview.charts.further", { n: further.length })}</summary>
              {further.map(choiceRow)}
            </details>
          )}
        </fieldset>
      ))}
      {found.length === 0 && <p class="muted">{t("overview.charts.nothing")}</p>}
      {!props.charts.isPaired && <p class="muted">{t("overview.scalar.no_runs")}</p>}
      {props.charts.scalarProblem !== "" && <p class="muted">{translate(props.charts.scalarProblem)}</p>}
    </div>
  );
}

function choiceRow({ id, label, hint, on, missing }: ChartChoice) {
  return missing === "" ? (
    <Toggle key={id} on={on} onChange={(next) => switchChart(id, next)} label={label} hint={hint} />
  ) : (
    <p key={id} class="overview-missing muted">
      {t("overview.charts.missing", { label, why: missing })}
    </p>
  );
}
