/** What the response of a sample can be compared with: its reference answer, its group, its prompt at other steps. */

import type { Sample } from "../../../api/answers";
import { t } from "../../../i18n";
import { formatNumber } from "../../../lib/format";
import { nearestSteps } from "../PromptLinks";

/** In the address; other counterparts are ids of samples. */
export const REFERENCE = "reference";
const MAX_MEMBERS = 24;

export interface Counterpart {
  /** As the address has it. */
  name: string;
  /** In a list of them, and as the title of its side. */
  label: string;
  title: string;
}

/** Those that there are, the reference answer first. */
export function counterparts(sample: Sample): Counterpart[] {
  const { group, group_rewards: rewards, prompt } = sample.neighbours;
  const found: Counterpart[] = [];
  if (sample.texts["ref_response"] !== undefined) {
    const title = t("sample.reference");
    found.push({ name: REFERENCE, label: title, title });
  }
  group.slice(0, MAX_MEMBERS).forEach((name, k) => {
    if (name === sample.id) return;
    const words = { i: k + 1, reward: formatNumber(rewards[k] ?? null) };
    found.push({ name, label: t("sample.links.open", words), title: t("sample.compare.member", words) });
  });
  for (const { id: name, step, reward } of nearestSteps(
    prompt.filter(({ id }) => id !== sample.id),
    sample.step,
  )) {
    const words = { step, reward: formatNumber(reward) };
    found.push({ name, label: t("sample.links.step", words), title: t("sample.compare.step", words) });
  }
  return found;
}

/** The counterpart that the address names; null where this sample has no such one. */
export function counterpartOf(sample: Sample, name: string): Counterpart | null {
  return name === "" ? null : (counterparts(sample).find((one) => one.name === name) ?? null);
}
