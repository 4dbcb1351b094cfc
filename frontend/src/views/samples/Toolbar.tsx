/** The toolbar of the table: steps, preset, search, filter, columns. */

import type { JSX } from "preact";
import { run } from "../../data/runs";
import { hasStepRange } from "../../data/scopes";
import { t } from "../../i18n";
import { metricHint, metricLabel } from "../../metrics";
import { rangeWords } from "../../shell/rangeText";
import { select, selection } from "../../state/selection";
import { Button, Popover, Select, Toggle } from "../../ui";
import { PRESETS } from "./presets";
import { FilterField } from "./search/FilterField";
import { SearchField } from "./search/SearchField";
import { columnNames, isColumnShown, resetColumns, showColumn } from "./table/columns";

function Steps(): JSX.Element {
  const { step, step_max } = selection.value;
  const whole = hasStepRange.value && step_max === null;
  const options = [
    { value: "step", label: t("samples.scope.step", { step: step ?? "–" }) },
    ...(hasStepRange.value && !whole ? [{ value: "range", label: rangeWords() }] : []),
    { value: "run", label: t("samples.scope.run") },
  ];
  return (
    <Select
      label={t("samples.scope")}
      testId="scope"
      value={whole ? "run" : hasStepRange.value ? "range" : "step"}
      options={options}
      onChange={(scope) => {
        if (scope === "step") select({ step_min: null, step_max: null });
        if (scope === "run") select({ step_min: run.value?.steps.first ?? 0, step_max: null });
      }}
    />
  );
}

/** Draws again: another seed, small enough for a link. */
function reroll(): void {
  select({ seed: (selection.value.seed ?? 0) + 1 });
}

function Presets(): JSX.Element {
  const { preset } = selection.value;
  const options = (["none", ...PRESETS] as const).map((name) => ({
    value: name === "none" ? "" : name,
    label: t(`samples.preset.${name}`),
    hint: t(`samples.preset.${name}.why`),
  }));
  return (
    <span class="group">
      <Select
        label={t("samples.preset")}
        testId="preset"
        value={preset}
        options={options}
        onChange={(name) =>
          select({ preset: name, sort: "", order: "desc", seed: name === "random" ? 1 : null })
        }
      />
      {preset === "random" && (
        <Button label={t("samples.reroll")} testId="reroll" onClick={reroll}>
          ⟳
        </Button>
      )}
    </span>
  );
}

function Columns(): JSX.Element | null {
  const info = run.value;
  if (info === null) return null;
  return (
    <Popover face={`${t("samples.columns")} ▾`} label={t("samples.columns_hint")} testId="columns">
      <div class="stack">
        <Button onClick={resetColumns}>{t("samples.columns_reset")}</Button>
        {columnNames(info).map((name) => (
          <Toggle
            key={name}
            label={metricLabel(name)}
            hint={metricHint(name)}
            on={isColumnShown(name)}
            onChange={(shown) => showColumn(name, shown)}
          />
        ))}
      </div>
    </Popover>
  );
}

export function Toolbar(): JSX.Element {
  return (
    <section class="tools" aria-label={t("samples.tools")}>
      <Steps />
      <Presets />
      <SearchField />
      <FilterField />
      <span class="space" />
      <Columns />
    </section>
  );
}
