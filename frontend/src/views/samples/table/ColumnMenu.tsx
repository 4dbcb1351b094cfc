/** The menu of columns: searched by name and meaning, those that are shown first. */

import type { JSX } from "preact";
import { useState } from "preact/hooks";
import type { RunInfo } from "../../../api/answers";
import { run } from "../../../data/runs";
import { t } from "../../../i18n";
import { metricHint, metricLabel } from "../../../metrics";
import { Button, Popover, Toggle } from "../../../ui";
import { columnNames, isColumnShown, resetColumns, showColumn } from "./columnChoice";

export function ColumnMenu(): JSX.Element | null {
  const info = run.value;
  if (info === null) return null;
  return (
    <Popover trigger={`${t("samples.columns")} ▾`} label={t("samples.columns.hint")} testId="columns">
      <Choices info={info} />
    </Popover>
  );
}

/** Whether every typed word stands in the column's name, label or explanation. */
export function isColumnMeant(name: string, typed: string): boolean {
  const about = `${name} ${metricLabel(name)} ${metricHint(name)}`.toLowerCase();
  return typed
    .toLowerCase()
    .split(/\s+/)
    .every((word) => about.includes(word));
}

function Choices({ info }: { info: RunInfo }): JSX.Element {
  const [typed, setTyped] = useState("");
  // The order of the moment in which the menu was opened: a ticked column does not jump away from the pointer.
  const [names] = useState(() => {
    const all = columnNames(info);
    return [...all.filter(isColumnShown), ...all.filter((name) => !isColumnShown(name))];
  });
  const meant = names.filter((name) => isColumnMeant(name, typed));
  return (
    <div class="stack column-menu">
      <div class="group column-menu-head">
        <input
          type="search"
          class="field"
          autofocus
          data-testid="column-search"
          placeholder={t("samples.columns.search", { n: names.length })}
          aria-label={t("samples.columns.search", { n: names.length })}
          value={typed}
          onInput={(event) => setTyped(event.currentTarget.value)}
        />
        <Button onClick={resetColumns}>{t("samples.columns.reset")}</Button>
      </div>
      {meant.map((name) => (
        <Toggle
          key={name}
          label={metricLabel(name)}
          hint={metricHint(name)}
          on={isColumnShown(name)}
          testId={`column-${name}`}
          onChange={(shown) => showColumn(name, shown)}
        />
      ))}
      {meant.length === 0 && <p class="muted">{t("samples.columns.none")}</p>}
    </div>
  );
}
