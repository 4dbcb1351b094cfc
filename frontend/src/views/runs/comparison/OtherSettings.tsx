/** The settings in which the two trainings differ. */

import type { JSX } from "preact";
import type { RunInfo } from "../../../api/answers";
import { t } from "../../../i18n";
import { formatCount, MISSING } from "../../../lib/format";
import { compareConfigs, configText, partlyKnown } from "../../../shell/info/configComparison";

export function OtherSettings({ a, b }: { a: RunInfo; b: RunInfo }): JSX.Element | null {
  if (a.run === b.run) return null;
  const all = compareConfigs([a, b]);
  const common = all.filter(({ isLacking }) => !isLacking);
  const differing = all.filter(({ differs }) => differs);
  const unknown = [a, b].filter(({ config }) => Object.keys(config).length === 0);
  return (
    <section class="other-settings" aria-label={t("runs.settings")} data-testid="other-settings">
      <h3>{t("runs.settings")}</h3>
      {unknown.length > 0 ? (
        <p class="muted">{t("runs.settings.unknown", { run: unknown.map(({ run }) => run).join(", ") })}</p>
      ) : differing.length === 0 ? (
        <p class="muted">{t("runs.settings.same", { n: common.length })}</p>
      ) : (
        <table class="listing">
          <thead>
            <tr>
              <th scope="col">{t("runs.settings.name")}</th>
              <th scope="col">A</th>
              <th scope="col">B</th>
            </tr>
          </thead>
          <tbody>
            {differing.map(({ name, values }) => (
              <tr key={name} data-setting={name}>
                <th scope="row">{name}</th>
                {values.map((value, side) => {
                  const text = value === undefined ? MISSING : configText(value);
                  return (
                    <td key={side === 0 ? "a" : "b"} class="number" title={text}>
                      {text}
                    </td>
                  );
                })}
              </tr>
            ))}
          </tbody>
        </table>
      )}
      {unknown.length === 0 &&
        partlyKnown(all).map(({ holders, settings }) => (
          <details key={holders.join()} data-testid="settings-only-in">
            <summary>
              {t("runs.settings.only_in", {
                n: formatCount(settings.length),
                side: holders.includes(0) ? "A" : "B",
              })}
            </summary>
            <dl class="own-settings">
              {settings.map(({ name, values }) => (
                <div key={name}>
                  <dt>{name}</dt>
                  <dd class="number">{configText(values.find((value) => value !== undefined))}</dd>
                </div>
              ))}
            </dl>
          </details>
        ))}
    </section>
  );
}
