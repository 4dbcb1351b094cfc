/** The configuration of the run, beside that of others. */

import { signal } from "@preact/signals";
import type { JSX } from "preact";
import type { RunInfo } from "../../api/answers";
import { t } from "../../i18n";
import { formatCount } from "../../lib/format";
import { isBoolean, storedSignal } from "../../lib/storage";
import { Toggle } from "../../ui";
import { inNaturalOrder } from "../runs/runOrder";
import { Checklist } from "./Checklist";
import { type ConfigRow, compareConfigs, initialRuns, partlyKnown } from "./configComparison";
import { SettingsTable } from "./SettingsTable";

/** Columns that can be read beside each other without scrolling sideways. */
const INITIAL_RUNS = 4;

/** So few settings that some of the runs lack are no crowd: they need no click. */
const SEEN_AT_ONCE = 5;

const onlyDifferences = storedSignal("config.only_differences", false, isBoolean);

/** The runs that the reader compares; null until they are chosen. The one on screen is always among them. */
const comparedRuns = signal<readonly string[] | null>(null);

const isConfigured = ({ config }: RunInfo): boolean => Object.keys(config).length > 0;

/** seed2 before seed10; those without settings last, as they have least to say. */
const inOrder = (a: RunInfo, b: RunInfo): number =>
  Number(isConfigured(b)) - Number(isConfigured(a)) || inNaturalOrder(a.run, b.run);

const ofRuns = (row: ConfigRow, places: readonly number[]): ConfigRow => ({
  ...row,
  values: places.map((place) => row.values[place]),
});

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
  const common = settings.filter(({ differs, isLacking }) => differs || !isLacking);
  const shown = runs.length > 1 && onlyDifferences.value ? common.filter(({ differs }) => differs) : common;
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
        <SettingsTable runs={runs} settings={shown} testId="config-table" />
      )}
      {partlyKnown(settings).map(({ holders, settings: own }) => {
        const having = holders.flatMap((place) => runs[place] ?? []);
        return (
          <details
            key={holders.join()}
            open={own.length <= SEEN_AT_ONCE}
            data-testid="config-partly"
            class="config-partly"
          >
            <summary>
              {t("info.config.only_in", {
                n: formatCount(own.length),
                runs: having.map(({ run }) => run).join(", "),
              })}
            </summary>
            <SettingsTable runs={having} settings={own.map((row) => ofRuns(row, holders))} />
          </details>
        );
      })}
    </section>
  );
}
