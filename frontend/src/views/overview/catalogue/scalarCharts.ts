/** Charts of TensorBoard's own scalars: their ids, and which are looked at first. */

const ID_PREFIX = "scalar:";

/** The id of the chart of a scalar. */
export const scalarChartId = (tag: string): string => ID_PREFIX + tag;

/** The tag of such an id; null for all other charts. */
export const scalarTagOf = (id: string): string | null =>
  id.startsWith(ID_PREFIX) ? id.slice(ID_PREFIX.length) : null;

const PREFERRED_TAGS = [
  /(^|[/_.-])(policy|pg|actor)[/_.-]?(gradient[/_.-])?loss$|(^|[/_.-])loss[/_.-](policy|pg|actor)$/i,
  /(^|[/_.-])(total[/_.-])?loss$/i,
  /(^|[/_.-])(value|vf|critic)[/_.-]?(function[/_.-])?loss$|(^|[/_.-])loss[/_.-](value|vf|critic)$/i,
  /grad(ient)?[/_.-]?norm/i,
  /kl[/_.-]?(penalty[/_.-])?(coef|coeff|coefficient|ctl|beta)|(^|[/_.-])beta$/i,
  /learning[/_.-]?rate|(^|[/_.-])lr$/i,
];

/** One tag for each of loss, value loss, gradient norm, KL coefficient and learning rate, in this order. */
export function firstScalars(tags: readonly string[]): string[] {
  const found = PREFERRED_TAGS.flatMap((pattern) => {
    const matching = tags.filter((tag) => pattern.test(tag));
    // The shortest name is the plain one: "loss" rather than "loss of the third adapter".
    return matching.sort((a, b) => a.length - b.length || (a < b ? -1 : 1)).slice(0, 1);
  });
  const [policy, total] = PREFERRED_TAGS.slice(0, 2).map((pattern) => found.find((tag) => pattern.test(tag)));
  // A loss of the policy says more than the sum of all.
  return [...new Set(found)].filter((tag) => policy === undefined || tag !== total || total === policy);
}
