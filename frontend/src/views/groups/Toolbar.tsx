import type { JSX } from "preact";
import { GROUP_KINDS, GROUP_SORTS, type Groups } from "../../api/groups";
import { t } from "../../i18n";
import { formatCount, formatNumber } from "../../lib/format";
import { select } from "../../state/selection";
import { Button, Select } from "../../ui";
import { showKinds, shownKinds, shownSort } from "./chosenGroup";
import { ByChoice } from "./values/ByChoice";

/** The line above the list: how many groups of which kind there are, each a button that narrows the list to it, and the order. */
export function Toolbar({ data }: { data: Groups }): JSX.Element {
  const all = Object.values(data.kinds).reduce((sum, n) => sum + n, 0);
  const without = all - (data.kinds["gradient"] ?? 0);
  const shown = shownKinds();
  return (
    <section class="tools" aria-label={t("groups.toolbar")}>
      <span data-testid="groups-summary" aria-live="polite">
        {t("groups.summary", {
          n: formatCount(all),
          share: formatNumber(all === 0 ? 0 : Math.round((100 * without) / all)),
        })}
      </span>
      {GROUP_KINDS.filter((kind) => (data.kinds[kind] ?? 0) > 0).map((kind) => (
        <Button
          key={kind}
          quiet
          pressed={shown.includes(kind)}
          hint={t(`groups.kind.${kind}.hint`)}
          testId={`kind-${kind}`}
          onClick={() =>
            showKinds(shown.includes(kind) ? shown.filter((other) => other !== kind) : [...shown, kind])
          }
        >
          <i class="kind-sign" data-kind={kind} /> {t(`groups.kind.${kind}`)}{" "}
          <span class="number">{formatCount(data.kinds[kind] ?? 0)}</span>
        </Button>
      ))}
      <Select
        label={t("groups.sort")}
        labelShown
        testId="groups-sort"
        value={shownSort()}
        options={GROUP_SORTS.map((value) => ({ value, label: t(`groups.sort.${value}`) }))}
        onChange={(sort) => select({ groups_sort: sort === "weight" ? "" : sort })}
      />
      <ByChoice />
    </section>
  );
}
