import type { JSX } from "preact";
import { useMemo, useState } from "preact/hooks";
import type { Value } from "../../../api/answers";
import { t } from "../../../i18n";
import { metricHint, metricLabel, STATISTICS, type Statistic } from "../../../metrics";
import { Panel } from "../../../ui";
import { ScalarValue } from "./ScalarValue";
import { groupScalars } from "./scalarGroups";

export interface ScalarsPanelProps {
  scalars: Readonly<Record<string, Value>>;
  onToken: (i: number) => void;
}

/** Every number of the sample, to be searched and copied. */
export function ScalarsPanel({ scalars, onToken }: ScalarsPanelProps): JSX.Element {
  const [search, setSearch] = useState("");
  const groups = useMemo(() => groupScalars(scalars, search), [scalars, search]);
  const shown = STATISTICS.filter((name) =>
    groups.statistics.some(({ values }) => values[name] !== undefined),
  );
  const n = Object.keys(scalars).length;
  return (
    <Panel
      id="sample.scalars"
      title={t("sample.scalars.title", { n })}
      folded
      foldLabel={t("sample.fold")}
      testId="scalars"
    >
      <input
        type="search"
        class="field"
        placeholder={t("sample.scalars.search")}
        aria-label={t("sample.scalars.search")}
        value={search}
        onInput={(event) => setSearch(event.currentTarget.value)}
      />
      {groups.plain.map(({ group, scalars: found }) => (
        <section key={group} aria-label={t(`sample.scalars.${group}`)}>
          <h3 class="muted">{t(`sample.scalars.${group}`)}</h3>
          <dl class="scalars">
            {found.map(([name, value]) => (
              <div key={name}>
                <dt title={metricHint(name)}>{metricLabel(name)}</dt>
                <dd>
                  <ScalarValue value={value} />
                </dd>
              </div>
            ))}
          </dl>
        </section>
      ))}
      {groups.statistics.length > 0 && (
        <StatisticsTable groups={groups.statistics} shown={shown} onToken={onToken} />
      )}
      {groups.plain.length + groups.statistics.length === 0 && (
        <p class="muted">{t("sample.scalars.none")}</p>
      )}
    </Panel>
  );
}

interface StatisticsTableProps {
  groups: ReturnType<typeof groupScalars>["statistics"];
  shown: readonly Statistic[];
  onToken: (i: number) => void;
}

function StatisticsTable({ groups, shown, onToken }: StatisticsTableProps): JSX.Element {
  return (
    <table class="aggregates">
      <thead>
        <tr>
          <th scope="col">{t("sample.scalars.token_metric")}</th>
          {shown.map((name) => (
            <th key={name} scope="col">
              {t(`sample.aggregate.${name}`)}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {groups.map(({ metric, values }) => (
          <tr key={metric}>
            <th scope="row" title={metricHint(metric)}>
              {metricLabel(metric)}
            </th>
            {shown.map((name) => (
              <td key={name}>
                <ScalarValue
                  value={values[name] ?? null}
                  {...(name === "argmax" ? { onOpen: onToken, openHint: t("sample.scalars.to_token") } : {})}
                />
              </td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  );
}
