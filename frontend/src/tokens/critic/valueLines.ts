/** The lines of the critic's chart: values against returns, from the fields that the sample has. */

import { type TokenData, valueAt } from "../shared/responseTokens";

/** One line of the chart, with a number for each token. */
export interface ValueLine {
  metric: "values" | "return_to_go" | "returns" | "value_error";
  /** Null where there is nothing to draw: missing, masked out or not finite. */
  numbers: (number | null)[];
}

/** All lines that can be drawn, and what is missing. */
export interface ValueLines {
  lines: ValueLine[];
  /** Fields without which there is nothing to compare. */
  needs: string[];
  /** Numbers that were logged and cannot be drawn. */
  nonFinite: number;
}

/** The lines of the chart, from whichever of the fields the sample has. */
export function valueLines(data: TokenData): ValueLines {
  const has = (name: string): boolean => data.rows.has(name);
  const hasTarget = has("return_to_go") || has("returns");
  const needs = [...(has("values") ? [] : ["values"]), ...(hasTarget ? [] : ["token_rewards"])];
  if (needs.length > 0) return { lines: [], needs, nonFinite: 0 };
  // Logged returns are another target than the return-to-go (GAE), and the one that the error is measured from.
  const names = ["values", "return_to_go", "returns", "value_error"] as const;
  let nonFinite = 0;
  const lines: ValueLine[] = [];
  for (const metric of names) {
    if (!has(metric)) continue;
    const numbers = data.shown.map((_, i) => {
      const value = valueAt(data, metric, i);
      if (value === "missing") return null;
      if (!Number.isFinite(value)) nonFinite++;
      return Number.isFinite(value) ? value : null;
    });
    lines.push({ metric, numbers });
  }
  return { lines, needs, nonFinite };
}
