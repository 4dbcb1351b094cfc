/** One sample as a mark: its place in the order of logging, and its value with the reference's beside it. */
export interface SampleMark {
  readonly id: string;
  readonly index: number;
  readonly value: number | null;
  readonly reference: number | null;
}

/** Orders of the samples along x. */
export const MARK_ORDERS = ["logged", "sorted"] as const;
export type MarkOrder = (typeof MARK_ORDERS)[number];

/** How many samples at most are drawn: the choices. */
export const MARK_CAPS = [200, 500, 1000, 2000, 5000] as const;

/** Whether a value can be drawn: present and finite. */
export function isDrawable(value: number | null | undefined): value is number {
  return value != null && Number.isFinite(value);
}

/**
 * The first `cap` marks in the order of logging, then in the order asked for.
 *
 * The cap is applied before sorting: the lowest `cap` of a step would look like a step without high values.
 */
export function orderedMarks(marks: readonly SampleMark[], order: MarkOrder, cap: number): SampleMark[] {
  const shown = marks.slice(0, Math.max(cap, 0));
  if (order === "logged") return shown;
  return shown.sort((a, b) => rank(a) - rank(b) || a.index - b.index);
}

// Non-finite values come last in both directions, as they do in the table of samples.
const rank = (mark: SampleMark): number => (isDrawable(mark.value) ? mark.value : Number.MAX_VALUE);

/** How many marks have a non-finite value: they are not drawn, and their number is shown. */
export function nonfiniteCount(marks: readonly SampleMark[]): number {
  return marks.filter((mark) => mark.value !== null && !Number.isFinite(mark.value)).length;
}

/** The signed gaps of the marks that have one, ascending, with what they say about winning and losing. */
export interface Gaps {
  readonly marks: readonly (SampleMark & { readonly value: number })[];
  readonly win: number;
  readonly tie: number;
  readonly loss: number;
}

/** The marks that have a finite gap, worst first, and how many win, tie and lose. */
export function gapsOf(marks: readonly SampleMark[]): Gaps {
  const found = marks
    .filter((mark): mark is SampleMark & { readonly value: number } => isDrawable(mark.value))
    .sort((a, b) => a.value - b.value || a.index - b.index);
  const win = found.filter((mark) => mark.value > 0).length;
  const loss = found.filter((mark) => mark.value < 0).length;
  return { marks: found, win, loss, tie: found.length - win - loss };
}
