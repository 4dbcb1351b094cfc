/** Where the reader goes: the next press is likely to be like the last one, and what it needs is fetched ahead. */

interface Heading {
  along: "steps" | "samples";
  by: 1 | -1;
}

let last: Heading = { along: "samples", by: 1 };

export function heading(): Heading {
  return last;
}

/** Remembers a press. */
export function head(along: Heading["along"], by: Heading["by"]): void {
  last = { along, by };
}
