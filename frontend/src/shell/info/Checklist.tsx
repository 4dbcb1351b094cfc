/** A list of checkboxes to choose some of many names, with a search where it is long. */

import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { t } from "../../i18n";
import { Toggle } from "../../ui";

const SEARCH_FROM = 10;
/** At most this many boxes are shown; how many more there are is said. */
const MAX_BOXES = 100;

export interface ChecklistProps {
  label: string;
  names: readonly string[];
  on: readonly string[];
  onChange: (name: string, on: boolean) => void;
  testId: string;
}

export function Checklist({ label, names, on, onChange, testId }: ChecklistProps): JSX.Element {
  const [search, setSearch] = useState("");
  const wanted = search.trim().toLowerCase();
  // Checked boxes are shown whatever is searched for.
  const found = names.filter((name) => on.includes(name) || name.toLowerCase().includes(wanted));
  const shown = found.toSorted((a, b) => Number(on.includes(b)) - Number(on.includes(a))).slice(0, MAX_BOXES);
  return (
    <fieldset class="checklist" data-testid={testId}>
      <legend>{label}</legend>
      {names.length > SEARCH_FROM && (
        <input
          type="search"
          class="field"
          placeholder={t("info.search")}
          aria-label={t("info.search")}
          value={search}
          onInput={(event) => setSearch(event.currentTarget.value)}
        />
      )}
      {(names.length > SEARCH_FROM ? shown : found).map((name) => (
        <Toggle key={name} on={on.includes(name)} label={name} onChange={(is) => onChange(name, is)} />
      ))}
      {found.length > MAX_BOXES && (
        <span class="muted">{t("info.more", { n: found.length - MAX_BOXES })}</span>
      )}
    </fieldset>
  );
}
