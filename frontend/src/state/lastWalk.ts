/** Which way the reader walked last: the next press is likely to be like it, and what it needs is fetched ahead. */

/** A walk along the steps or the samples. */
interface Walk {
  along: "steps" | "samples";
  /** Forward or backward. */
  by: 1 | -1;
}

let last: Walk = { along: "samples", by: 1 };

export function lastWalk(): Walk {
  return last;
}

/** Remembers a press. */
export function noteWalk(along: Walk["along"], by: Walk["by"]): void {
  last = { along, by };
}
