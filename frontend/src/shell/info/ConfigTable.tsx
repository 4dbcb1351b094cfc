/** The configuration of the run, beside that of others. */

import { signal } from "@preact/signals";
import type { JSX } from "preact";
import type { RunInfo } from "../../api/answers";
import { t } from "../../i18n";
import { isBoolean, setting } from "../../lib/storage";
import { Toggle } from "../../ui";
import { inNaturalOrder } from "../runs/runOrder";
import { Checklist } from "./Checklist";
import { type ConfigRow, compareConfigs, configText, initialRuns, sourceWords } from "./configComparison";

/** Columns that can be read beside each other without scrolling sideways. */
const INITIAL_RUNS = 4;

const onlyDifferences = setting("config.only_differences", false, isBoolean);

/** The runs that the reader compares; null until they are chosen. The one on screen is always among them. */
const comparedRuns = signal<readonly string[] | null>(null);

const isConfigured = ({ config }: RunInfo): boolean => Object.keys(config).length > 0;

/** seed2 before seed10; those without settings last, as they have least to say. */
const inOrder = (a: RunInfo, b: RunInfo): number =>
  Number(isConfigured(b)) - Number(isConfigured(a)) || inNaturalOrder(a.run, b.run);

/** Forgets the choice. For tests. */
export function forgetComparedRuns(): void {
  comparedRuns.value = null;
}

export function ConfigTable({ info, all }: { info: RunInfo; all: readonly RunInfo[] }): JSX.Element {
  const names = isConfigured(info) ? (comparedRuns.value ?? initialRuns(all, info.run, INITIAL_RUNS)) : [];
  const runs = [info, ...all.filter(({ run }) => run !== info.run && names.includes(run))];
  const settings = compareConfigs(runs);
  // A run without settings has nothing to be compared with.
  const others = isConfigured(info) ? all.filter(({ run }) => run !== info.run).sort(inOrder) : [];
  const shown =
    runs.length > 1 && onlyDifferences.value ? settings.filter(({ differs }) => differs) : settings;
  return (
    <section aria-labelledby="info-config" data-testid="config">
      <h3 id="info-config">{t(runs.length > 1 ? "info.config.compared" : "info.config")}</h3>
      {others.length > 0 && (
        <Checklist
          label={t("info.config.with")}
          names={others.map(({ run }) => run)}
          on={names}
          onChange={(name, on) => {
            const rest = names.filter((other) => other !== name);
            comparedRuns.value = on ? [...rest, name] : rest;
          }}
          testId="config-runs"
        />
      )}
      {runs.length > 1 && settings.length > 0 && (
        <Toggle
          on={onlyDifferences.value}
          label={t("info.config.only_differences", {
            n: settings.filter(({ differs }) => differs).length,
            all: settings.length,
          })}
          testId="only-differences"
          onChange={(on) => {
            onlyDifferences.value = on;
          }}
        />
      )}
      {settings.length === 0 ? (
        <p class="muted">{t("info.config.empty")}</p>
      ) : shown.length === 0 ? (
        <p class="muted">{t("info.config.same")}</p>
      ) : (
        <Table runs={runs} settings={shown} />
      )}
    </section>
  );
}

function Table({
  runs,
  settings,
}: {
  runs: readonly RunInfo[];
  settings: readonly ConfigRow[];
}): JSX.Element {
  return (
    <table class="listing config-table" data-testid="config-table">
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
                source={sourceWords(runs[k]?.config_sources[name] ?? "")}
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
