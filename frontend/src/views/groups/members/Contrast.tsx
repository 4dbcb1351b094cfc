import type { JSX } from "preact";
import type { Group, GroupPhrase } from "../../../api/groups";
import { t } from "../../../i18n";
import { formatCount, formatNumber } from "../../../lib/format";

/** Phrases of one side that are shown. */
const MAX_PHRASES = 4;

/** What tells the good members from the bad ones: phrases, where all part, and how much longer one side is. */
export function Contrast({ group }: { group: Group }): JSX.Element {
  const { good_length: good, bad_length: bad, common_prefix: prefix } = group;
  const units = group.members["units"] ?? [];
  const longer = good === null || bad === null ? null : good - bad;
  const sides = { good: group.good_have, bad: group.bad_have } as const;
  return (
    <ul class="group-chips" data-testid="group-chips" aria-label={t("groups.contrast")}>
      {(["good", "bad"] as const).flatMap((side) =>
        sides[side].slice(0, MAX_PHRASES).map((phrase) => (
          <li key={`${side} ${phrase.text}`} data-side={side} title={t(`groups.phrase.${side}.hint`)}>
            {t(`groups.phrase.${side}`, phraseText(phrase, group))}
          </li>
        )),
      )}
      {!group.whole_texts && <li class="muted">{t("groups.ends_only")}</li>}
      {units.length > 1 && <li data-testid="group-diverge">{parting(prefix, units, group.aligned_by)}</li>}
      {longer !== null && Math.round(longer) !== 0 && (
        <li data-testid="group-longer">
          {t(longer < 0 ? "groups.shorter" : "groups.longer", {
            n: formatNumber(Math.abs(Math.round(longer))),
            unit: t(`groups.unit.${Math.abs(Math.round(longer)) === 1 ? "one" : "many"}.${group.unit}`),
          })}
        </li>
      )}
    </ul>
  );
}

/** From where on the members are not alike any more. */
function parting(prefix: number, units: readonly unknown[], by: Group["aligned_by"]): string {
  if (units.every((own) => own === prefix)) return t("groups.diverge.never");
  return prefix === 0
    ? t("groups.diverge.at_start")
    : t(`groups.diverge.${by}`, { at: formatCount(prefix + 1) });
}

function phraseText({ text, good, bad }: GroupPhrase, group: Group) {
  return { text, good, of_good: group.good, bad, of_bad: group.bad };
}
