/** Settings, a row each, and a column for each run. */

import type { JSX } from "preact";
import type { RunInfo } from "../../api/answers";
import { t } from "../../i18n";
import { type ConfigRow, configSourceWords, configText } from "./configComparison";

export interface SettingsTableProps {
  runs: readonly RunInfo[];
  settings: readonly ConfigRow[];
  testId?: string;
}

export function SettingsTable({ runs, settings, testId }: SettingsTableProps): JSX.Element {
  return (
    <table class="listing config-table" data-testid={testId}>
      <thead>
        <tr>
          <th scope="col">{t("info.config.setting")}</th>
          {runs.map(({ run, config }) => (
            <th key={run} scope="col" title={run}>
              <bdi>{run}</bdi>
              {Object.keys(config).length === 0 && <span class="muted"> {t("info.config.none_here")}</span>}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {settings.map(({ name, values, differs }) => (
          <tr key={name} class={differs ? "differs" : ""} data-setting={name}>
            <th scope="row" title={differs ? t("info.config.differs", { name }) : name}>
              {differs && (
                <>
                  <span aria-hidden="true">≠ </span>
                  <span class="unseen">{t("info.config.differs", { name: "" })}</span>
                </>
              )}
              {name}
            </th>
            {values.map((value, k) => (
              <Cell
                key={runs[k]?.run}
                value={value}
                source={configSourceWords(runs[k]?.config_sources[name] ?? "")}
              />
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function Cell({ value, source }: { value: unknown; source: string }): JSX.Element {
  if (value === undefined)
    return (
      <td class="muted" title={t("info.config.missing")}>
        –
      </td>
    );
  const text = configText(value);
  return (
    <td class="number" title={source === "" ? text : t("info.config.value", { value: text, source })}>
      {text}
    </td>
  );
}
