import type { CurveValue } from "../shared/series";

/**
 * Exponential moving average as TensorBoard draws it: weight 0 leaves the values alone, 0.99 is nearly flat.
 *
 * The average starts at 0 and is divided by the weight seen so far, so that early steps are not pulled to 0.
 * What is not a finite number is passed through and leaves the average as it was.
 *
 * @param usual From where to where values are taken in; null for all. An outlier that is off the chart would draw the
 *   curve after it off the chart as well, for many steps: it has no place on the smooth curve.
 */
export function smooth(
  values: readonly CurveValue[],
  weight: number,
  usual: readonly [number, number] | null = null,
): CurveValue[] {
  const w = Math.min(Math.max(weight, 0), 0.999);
  if (w === 0 || isConstant(values)) return [...values];
  const isOutlier = (value: number) => usual !== null && (value < usual[0] || value > usual[1]);
  let average = 0;
  let seen = 0;
  return values.map((value) => {
    if (value == null || !Number.isFinite(value)) return value;
    if (isOutlier(value)) return undefined;
    average = average * w + (1 - w) * value;
    seen += 1;
    return average / (1 - w ** seen);
  });
}

// Rounding would change the last digits of an exactly constant curve.
function isConstant(values: readonly CurveValue[]): boolean {
  const finite = values.filter((value) => value != null && Number.isFinite(value));
  return finite.every((value) => value === finite[0]);
}
