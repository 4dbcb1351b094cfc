/** What counts as wrong: every threshold with its source. Another value is tried at once, by the address. */

import type { JSX } from "preact";
import type { Threshold } from "../../api/findings";
import { t, translate } from "../../i18n";
import { formatExactly } from "../../lib/format";
import { select, selected } from "../../state/selection";
import { triedThresholds, tryThreshold } from "../../state/triedThresholds";
import { Button, CopyButton, NumberField } from "../../ui";
import { thresholdsToml } from "./thresholdsToml";

export function Thresholds({ thresholds }: { thresholds: readonly Threshold[] }): JSX.Element | null {
  const tried = triedThresholds(selected.thresholds.value);
  if (thresholds.length === 0) return null;
  const heads = ["name", "value", "unit", "source"] as const;
  return (
    <details class="finding-fold" data-testid="thresholds">
      <summary class={tried.length > 0 ? "odd" : "muted"}>
        {tried.length === 0 ? t("findings.thresholds") : t("findings.thresholds.tried", { n: tried.length })}
      </summary>
      <p class="muted">{t("findings.thresholds.about")}</p>
      <table class="listing">
        <thead>
          <tr>
            {heads.map((head) => (
              <th key={head} scope="col">
                {t(`findings.thresholds.${head}`)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {thresholds.map((threshold) => (
            <Row key={threshold.name} threshold={threshold} />
          ))}
        </tbody>
      </table>
      {tried.length > 0 && (
        <p class="finding-ways">
          <Button testId="thresholds-reset" onClick={() => select({ thresholds: "" })}>
            {t("findings.thresholds.reset_all")}
          </Button>
          <CopyButton label={t("findings.thresholds.toml")} text={() => thresholdsToml(tried)} />
          <code>{thresholdsToml(tried)}</code>
        </p>
      )}
    </details>
  );
}

function Row({ threshold }: { threshold: Threshold }) {
  const { name, value, unit, source, meaning } = threshold;
  const tried = triedThresholds(selected.thresholds.value).find((other) => other.name === name);
  const change = (to: number | null) =>
    select({ thresholds: tryThreshold(selected.thresholds.value, name, to) });
  return (
    <tr data-threshold={name}>
      <th scope="row" title={translate(meaning)}>
        {name}
        <span class="muted finding-means">{translate(meaning)}</span>
      </th>
      <td class={tried === undefined ? "number" : "number odd"}>
        <NumberField
          label={name}
          value={tried?.value ?? value}
          testId={`threshold-${name}`}
          onCommit={change}
        />
        {tried !== undefined && (
          <Button
            quiet
            label={t("findings.thresholds.reset", { value: formatExactly(threshold.default) })}
            onClick={() => change(null)}
          >
            ↺
          </Button>
        )}
      </td>
      <td class="threshold-unit">{translate(unit)}</td>
      <td class="muted">{translate(source)}</td>
    </tr>
  );
}
