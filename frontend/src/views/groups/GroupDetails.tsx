import type { JSX } from "preact";
import { t } from "../../i18n";
import { full, num, signed } from "../../lib/format";
import type { GroupRow } from "./groupRows";

/** One group: its prompt, its numbers, its members. */
export function GroupDetails({
  row,
  onOpen,
}: {
  row: GroupRow;
  onOpen: (id: string, step: number) => void;
}): JSX.Element {
  return (
    <section class="group-details" data-testid="group" aria-label={t("groups.group")}>
      <h2 class="group-title">{row.prompt}</h2>
      <p class="muted number">
        {t("groups.facts", { key: row.key, mean: num(row.mean), std: num(row.std), n: row.size })}
      </p>
      <ol class="group-members">
        {row.members.map(({ id, reward, advantage }, k) => (
          <li key={id} class="group-member" data-testid="group-member">
            <button type="button" class="group-open" onClick={() => onOpen(id, row.step)}>
              <span class="muted">{t("groups.member", { i: k + 1 })}</span>
              <span title={full(reward)}>
                {t("groups.reward")} <b class="number">{num(reward)}</b>
              </span>
              <span title={full(advantage)}>
                {t("groups.advantage")} <b class="number">{signed(advantage)}</b>
              </span>
            </button>
          </li>
        ))}
      </ol>
    </section>
  );
}
