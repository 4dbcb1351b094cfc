import type { JSX } from "preact";
import { useMemo, useState } from "preact/hooks";
import type { Value } from "../../../api/answers";
import { t } from "../../../i18n";
import { isBoolean, storedSignal } from "../../../lib/storage";
import { metricHint, metricLabel, STATISTICS } from "../../../metrics";
import { Panel } from "../../../ui";
import { ScalarValue } from "./ScalarValue";
import { groupScalars, type ScalarGroup, sizeOf } from "./scalarGroups";

export interface ScalarsPanelProps {
  scalars: Readonly<Record<string, Value>>;
  onToken: (i: number) => void;
}

/** Every number of the sample, folded by the question that it answers; to be searched and copied. */
export function ScalarsPanel({ scalars, onToken }: ScalarsPanelProps): JSX.Element {
  const [search, setSearch] = useState("");
  const groups = useMemo(() => groupScalars(scalars, search), [scalars, search]);
  const n = Object.keys(scalars).length;
  return (
    <Panel
      id="sample.scalars"
      title={t("sample.scalars.title", { n })}
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
      {groups.map((group) => (
        <QuestionGroup key={group.question} group={group} searched={search.trim() !== ""} onToken={onToken} />
      ))}
      {groups.length === 0 && <p class="muted">{t("sample.scalars.none")}</p>}
    </Panel>
  );
}

interface QuestionGroupProps {
  group: ScalarGroup;
  searched: boolean;
  onToken: (i: number) => void;
}

/** One question with its numbers; what a search has found is open. */
function QuestionGroup({ group, searched, onToken }: QuestionGroupProps): JSX.Element {
  const open = storedSignal(`open.scalars.${group.question}`, false, isBoolean);
  const shown = searched || open.value;
  return (
    <details
      class="scalar-group"
      data-testid={`scalars-${group.question}`}
      open={shown}
      onToggle={(event) => {
        if (!searched) open.value = event.currentTarget.open;
      }}
    >
      <summary>
        {t(`overview.question.${group.question}`)} <span class="muted number">{sizeOf(group)}</span>
      </summary>
      {shown && (
        <dl class="scalars">
          {group.scalars.map(([name, value]) => (
            <div key={name}>
              <dt title={metricHint(name)}>{metricLabel(name)}</dt>
              <dd>
                <ScalarValue value={value} />
              </dd>
            </div>
          ))}
        </dl>
      )}
      {shown && group.statistics.length > 0 && (
        <StatisticsTable groups={group.statistics} onToken={onToken} />
      )}
    </details>
  );
}

interface StatisticsTableProps {
  groups: ScalarGroup["statistics"];
  onToken: (i: number) => void;
}

function StatisticsTable({ groups, onToken }: StatisticsTableProps): JSX.Element {
  const shown = STATISTICS.filter((name) => groups.some(({ values }) => values[name] !== undefined));
  return (
    <table class="aggregates">
      <thead>
        <tr>
          <th scope="col">{t("sample.scalars.token_metric")}</th>
          {shown.map((name) => (
            <th key={name} scope="col">
              {t(`sample.statistic.${name}`)}
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
