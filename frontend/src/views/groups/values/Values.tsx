import type { JSX } from "preact";
import { numberOf, type Value } from "../../../api/answers";
import { GROUP_KINDS, type Groups } from "../../../api/groups";
import { groupLines } from "../../../data/questions/groups";
import { useAnswer } from "../../../data/useAnswer";
import { t, translate } from "../../../i18n";
import { formatCount, formatPercent } from "../../../lib/format";
import { linesParameters, shownValue, showValue } from "../chosenGroup";
import { ValueLines } from "./ValueLines";

/** One row for each value of the chosen text column: its groups, of which kinds they are, and how much of the gradient is theirs. */
export function Values({ data }: { data: Groups }): JSX.Element | null {
  const { by, values, values_total, values_mixed, kinds } = data;
  const along = useAnswer(groupLines, linesParameters());
  const names = values["value"] ?? [];
  if (by === "" || names.length === 0) return null;
  if (names.every((name) => name === null)) return <p class="muted">{t("groups.values.none", { by })}</p>;
  const present = GROUP_KINDS.filter((kind) => (kinds[kind] ?? 0) > 0 || has(values[kind]));
  return (
    <details class="group-values" open>
      <summary>
        {t("groups.values", { by, n: formatCount(values_total) })}
        {names.length < values_total && ` · ${t("groups.values.most", { n: names.length })}`}
      </summary>
      {values_mixed > 0 && (
        <p class="odd" data-testid="group-values-mixed">
          {t("groups.values.mixed", { n: formatCount(values_mixed), by })}
        </p>
      )}
      {along.error !== null && <p class="odd">{translate(along.error.message)}</p>}
      <div class="group-values-scroll">
        <table class="listing" data-testid="group-values">
          <thead>
            <tr>
              <th scope="col">{by}</th>
              <th scope="col">{t("groups.values.groups")}</th>
              <th scope="col" title={t("groups.values.share.hint")}>
                {t("groups.values.share")}
              </th>
              {present.map((kind) => (
                <th key={kind} scope="col" title={t(`groups.kind.${kind}.hint`)}>
                  <i class="kind-sign" data-kind={kind} /> {t(`groups.kind.${kind}`)}
                </th>
              ))}
              <th scope="col">{t("groups.values.kinds_along")}</th>
              <th scope="col" title={t("groups.values.share_along.hint")}>
                {t("groups.values.share_along")}
              </th>
            </tr>
          </thead>
          <tbody>
            {names.map((name, row) => {
              const groups = numberOf(values["groups"]?.[row]) ?? 0;
              return (
                <tr key={row} data-testid="group-value">
                  <th scope="row">
                    <Name value={name} />
                  </th>
                  <td class="number">{formatCount(groups)}</td>
                  <td class="number">{formatPercent(numberOf(values["share"]?.[row]))}</td>
                  {present.map((kind) => (
                    <td key={kind} class="number">
                      {formatPercent((numberOf(values[kind]?.[row]) ?? 0) / groups)}
                    </td>
                  ))}
                  <ValueLines name={name} along={along} />
                </tr>
              );
            })}
          </tbody>
        </table>
      </div>
    </details>
  );
}

/** A value, which narrows the list to its groups. */
function Name({ value }: { value: Value }): JSX.Element {
  if (value === null || value === "")
    return <span class="muted">{t(value === null ? "groups.values.no_value" : "groups.values.empty")}</span>;
  const name = String(value);
  return (
    <button
      type="button"
      class="cell-button group-value"
      title={name}
      aria-pressed={shownValue() === name}
      onClick={() => showValue(name)}
    >
      <bdi>{name}</bdi>
    </button>
  );
}

const has = (counts: readonly Value[] | undefined): boolean =>
  (counts ?? []).some((n) => n !== null && n !== 0);
