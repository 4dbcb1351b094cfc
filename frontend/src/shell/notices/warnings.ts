/** What a reader should know before believing a run's curves: from its notices, its mapping, and settings of no run. */

import type { RunInfo, Runs } from "../../api/answers";
import { translate } from "../../i18n";

export interface Warning {
  kind: string;
  /** In the reader's language. */
  text: string;
  /** The other run that it is about, if any. */
  other: string | null;
  /** The same in every language. */
  signature: string;
}

/** Those that make curves wrong come first, then what is not as somebody wrote it. */
const ORDER = [
  "doubt",
  "repeated_samples",
  "repeated_steps",
  "numbered_files",
  "table_steps",
  "word_not_taken",
  "split_said_otherwise",
  "odd_groups",
  "number_not_taken",
  "summed_reward",
  "summed_reward_functions",
  "same_samples",
  "settings",
  "same_samples_elsewhere",
];

const rank = (kind: string): number => (ORDER.indexOf(kind) + ORDER.length) % ORDER.length;

export function warningsOf(answer: Runs | null, info: RunInfo | null): Warning[] {
  const doubt = info?.mapping_doubt ? [{ kind: "doubt", text: info.mapping_doubt, values: {} }] : [];
  const ofNoRun = (answer?.settings_problems ?? []).map((text) => ({ kind: "settings", text, values: {} }));
  return [...doubt, ...(info?.notices ?? []), ...ofNoRun]
    .toSorted((a, b) => rank(a.kind) - rank(b.kind))
    .map(
      ({ kind, text, values }: { kind: string; text: string; values: Readonly<Record<string, string>> }) => ({
        kind,
        text: translate(text),
        other: values["other"] ?? null,
        signature: JSON.stringify([info?.run ?? "", kind, text]),
      }),
    );
}
