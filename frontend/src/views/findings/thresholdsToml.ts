import type { TriedThreshold } from "../../state/triedThresholds";

/** The part of an `rlboard.toml` that keeps these thresholds. */
export function thresholdsToml(tried: readonly TriedThreshold[]): string {
  return ["[findings]", ...tried.map(({ name, value }) => `${name} = ${value}`), ""].join("\n");
}
