import type { Interval } from "../shared/responseTokens";

/** The stretches of tokens that do not count, half-open; none where everything counts. */
export function maskedStretches(mask: readonly boolean[] | null): Interval[] {
  const stretches: Interval[] = [];
  let from: number | null = null;
  mask?.forEach((counts, i) => {
    if (!counts && from === null) from = i;
    if (!counts || from === null) return;
    stretches.push([from, i]);
    from = null;
  });
  if (from !== null) stretches.push([from, mask?.length ?? from]);
  return stretches;
}
