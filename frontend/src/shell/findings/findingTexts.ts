/** What is written of a finding, in short: its number against the threshold, its steps, how many there are. */

import { type Finding, SEVERITIES, type Severity } from "../../api/findings";
import { steps } from "../../data/steps";
import { t, translate } from "../../i18n";
import { formatNumber } from "../../lib/format";
import "./words";

/** "0.91 > 0.3 nats": how its number stands to its threshold. */
export function numberText({ value, threshold, unit }: Finding): string {
  if (value === null || threshold === null)
    return `${formatNumber(value ?? threshold)} ${translate(unit)}`.trim();
  const sign = value > threshold ? ">" : value < threshold ? "<" : value === threshold ? "=" : "≠";
  return `${formatNumber(value)} ${sign} ${formatNumber(threshold)} ${translate(unit)}`.trim();
}

/** "steps 120 – 130"; "since step 120" where it lasts until the newest step. */
export function stepsText([first, last]: readonly [number, number]): string {
  const all = steps.value?.step ?? [];
  if (first === last) return t("findings.steps.at", { step: first });
  if (last < (all.at(-1) ?? 0)) return t("findings.steps.between", { first, last });
  return first === all[0] ? t("findings.steps.always") : t("findings.steps.since", { first });
}

const COUNTED = {
  error: "findings.count.errors",
  warning: "findings.count.warnings",
  info: "findings.count.infos",
} as const;

/** "2 errors". */
export function severityText(severity: Severity, n: number): string {
  return t(COUNTED[severity], { n });
}

/** How many findings there are of each severity, the worst first; severities without any are left out. */
export function countsOf(findings: readonly Finding[]): { severity: Severity; n: number }[] {
  return SEVERITIES.map((severity) => ({
    severity,
    n: findings.filter((finding) => finding.severity === severity).length,
  })).filter(({ n }) => n > 0);
}

/** "2 errors · 1 warning". */
export function countsText(findings: readonly Finding[]): string {
  return countsOf(findings)
    .map(({ severity, n }) => severityText(severity, n))
    .join(" · ");
}
