/** The list's prompts, one object each, from the columns of the answer. */

import { type MeasuredNumber, numberOf } from "../../api/answers";
import { PROMPT_STATUSES, type PromptStatus, type Prompts } from "../../api/prompts/answers";

/** One row of the list of prompts. */
export interface PromptRow {
  /** What all its renderings share, whatever template they were made with. */
  readonly identity: string;
  /** Key of its newest rendering, which a link names. */
  readonly key: string;
  readonly prompt: string;
  readonly status: PromptStatus;
  readonly neverBeatsReference: boolean;
  /** Value of the text column that tells kinds apart, at its first visit; null where none was logged. */
  readonly kind: string | null;
  /** Mean reward at each visit. */
  readonly rewards: readonly MeasuredNumber[];
  /** A number of the row by the name of its column. */
  readonly number: (column: string) => MeasuredNumber;
}

export function promptRows({ columns, lines }: Prompts): PromptRow[] {
  const text = (name: string, row: number): string => String(columns[name]?.[row] ?? "");
  return (columns["identity"] ?? []).map((identity, row) => ({
    identity: String(identity),
    key: text("prompt_key", row),
    prompt: text("prompt", row),
    status: PROMPT_STATUSES.find((status) => status === columns["status"]?.[row]) ?? "unscored",
    neverBeatsReference: columns["never_beats_reference"]?.[row] === true,
    kind: columns["kind"]?.[row] == null ? null : text("kind", row),
    rewards: lines[row]?.reward ?? [],
    number: (column) => numberOf(columns[column]?.[row]),
  }));
}
