/** The toolbar of the table: steps, order, search, filter, columns. */

import type { JSX } from "preact";
import { t } from "../../i18n";
import { metricHint, metricLabel } from "../../metrics";
import { select, selection } from "../../state/selection";
import { Button, Select } from "../../ui";
import { PRESETS } from "./presets";
import { StepScope } from "./StepScope";
import { FilterField } from "./search/FilterField";
import { SearchField } from "./search/SearchField";
import { ColumnMenu } from "./table/ColumnMenu";

/** Draws again: another seed, small enough for a link. */
function reroll(): void {
  select({ seed: (selection.value.seed ?? 0) + 1 });
}

/** The value of the option that a head of the table stands for. */
const BY_HEAD = "sort";

function Orders(): JSX.Element {
  const { preset, sort, order } = selection.value;
  const options = (["none", ...PRESETS] as const).map((name) => ({
    value: name === "none" ? "" : name,
    label: t(`samples.preset.${name}`),
    hint: t(`samples.preset.${name}.why`),
  }));
  const byHead = {
    value: BY_HEAD,
    label: t(`samples.sorted.${order}`, { name: metricLabel(sort) }),
    hint: metricHint(sort),
  };
  return (
    <span class="group">
      <Select
        label={t("samples.preset")}
        testId="preset"
        value={sort === "" ? preset : BY_HEAD}
        options={sort === "" ? options : [byHead, ...options]}
        onChange={(name) =>
          name !== BY_HEAD &&
          select({ preset: name, sort: "", order: "desc", seed: name === "random" ? 1 : null })
        }
      />
      {sort !== "" && (
        <Button
          quiet
          label={t("samples.unsort")}
          testId="unsort"
          onClick={() => select({ sort: "", order: "desc" })}
        >
          ✕
        </Button>
      )}
      {preset === "random" && (
        <Button label={t("samples.reroll")} testId="reroll" onClick={reroll}>
          ⟳
        </Button>
      )}
    </span>
  );
}

export function Toolbar(): JSX.Element {
  return (
    <section class="tools" aria-label={t("samples.tools")}>
      <StepScope />
      <Orders />
      <SearchField />
      <FilterField />
      <span class="space" />
      <ColumnMenu />
    </section>
  );
}
