/** Which two of a prompt's samples stand side by side: those of the address, else one of the first and of the last visit. */

import { type MeasuredNumber, numberOf } from "../../../api/answers";
import type { Prompt } from "../../../api/prompts/answers";
import { select, selection } from "../../../state/selection";

/** A sample of the prompt that can be shown at either side. */
export interface SampleRow {
  readonly id: string;
  readonly step: number;
  readonly reward: MeasuredNumber;
  /** Which of its step it is, from 1, and how many of that step are listed. */
  readonly place: number;
  readonly stepCount: number;
  /** A number or text of the row by the name of its column. */
  readonly value: (column: string) => MeasuredNumber | string;
}

export function sampleRows({ samples }: Prompt): SampleRow[] {
  const steps = (samples["step"] ?? []).map((step) => numberOf(step) ?? 0);
  const counts = new Map<number, number>();
  for (const step of steps) counts.set(step, (counts.get(step) ?? 0) + 1);
  const places = new Map<number, number>();
  return (samples["id"] ?? []).map((id, row) => {
    const step = steps[row] ?? 0;
    const place = (places.get(step) ?? 0) + 1;
    places.set(step, place);
    return {
      id: String(id),
      step,
      place,
      stepCount: counts.get(step) ?? 1,
      reward: numberOf(samples["reward"]?.[row]),
      value: (column) => {
        const value = samples[column]?.[row] ?? null;
        return typeof value === "boolean" ? String(value) : value;
      },
    };
  });
}

/** The samples at the left and at the right. */
export function sidesOf(rows: readonly SampleRow[]): [SampleRow | undefined, SampleRow | undefined] {
  const { side_a, side_b } = selection.value;
  const last = rows.findIndex(({ step }) => step === rows.at(-1)?.step);
  return [
    rows.find(({ id }) => id === side_a) ?? rows[0],
    rows.find(({ id }) => id === side_b) ?? rows[last],
  ];
}

export function choose(side: "side_a" | "side_b", id: string): void {
  select({ [side]: id });
}
