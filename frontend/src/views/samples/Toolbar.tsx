/** The toolbar of the table: steps, order, search, filter, columns. */

import type { JSX } from "preact";
import { t } from "../../i18n";
import { metricHint, metricLabel } from "../../metrics";
import { select, selected } from "../../state/selection";
import { Button, Select } from "../../ui";
import { PRESETS } from "./presets";
import { StepScope } from "./StepScope";
import { FilterField } from "./search/FilterField";
import { SearchField } from "./search/SearchField";
import { shownSort } from "./sorting";
import { ColumnMenu } from "./table/ColumnMenu";

/** Draws again: another seed, small enough for a link. */
function reroll(): void {
  select({ seed: (selected.seed.peek() ?? 0) + 1 });
}

/** The value of the option that stands for a head of the table, or the curve that was clicked. */
const BY_NUMBER = "sort";

/** A ready-made order; "" is that of the log. */
function choosePreset(preset: string): void {
  select({ preset, sort: "", order: "desc", about: "", seed: preset === "random" ? 1 : null });
}

function Orders(): JSX.Element {
  const preset = selected.preset.value;
  const { name: sort, order } = shownSort.value;
  const isByNumber = preset === "" && sort !== "";
  const options = (["none", ...PRESETS] as const).map((name) => ({
    value: name === "none" ? "" : name,
    label: t(`samples.preset.${name}`),
    hint: t(`samples.preset.${name}.hint`),
  }));
  const byNumber = {
    value: BY_NUMBER,
    label: t(`samples.sorted.${order}`, { name: metricLabel(sort) }),
    hint: metricHint(sort),
  };
  return (
    <span class="group">
      <Select
        label={t("samples.preset")}
        testId="preset"
        value={isByNumber ? BY_NUMBER : preset}
        options={isByNumber ? [byNumber, ...options] : options}
        onChange={(name) => name !== BY_NUMBER && choosePreset(name)}
      />
      {isByNumber && (
        <Button quiet label={t("samples.sorted.clear")} testId="unsort" onClick={() => choosePreset("")}>
          ✕
        </Button>
      )}
      {preset === "random" && (
        <Button label={t("samples.draw_again")} testId="reroll" onClick={reroll}>
          ⟳
        </Button>
      )}
    </span>
  );
}

export function Toolbar(): JSX.Element {
  return (
    <section class="tools" aria-label={t("samples.toolbar")}>
      <StepScope />
      <Orders />
      <SearchField />
      <FilterField />
      <span class="space" />
      <ColumnMenu />
    </section>
  );
}
