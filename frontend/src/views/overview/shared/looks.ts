/** How a chart draws its values where the reader changed that. The address is the record, so that it is in every link. */

import type { ValueChoice } from "../../../charts/scales/valueRange";
import { SCALES, type ScaleKind } from "../../../charts/scales/valueScale";
import { select, selected } from "../../../state/selection";

export interface ChartLook {
  readonly scale: ScaleKind;
  readonly values: ValueChoice;
}

export const DEFAULT_LOOK: ChartLook = { scale: "linear", values: "robust" };

/** Looks by chart as one text: `reward;log,length;linear;0;500`. Nonsense is left out. */
export function readLooks(text: string): Map<string, ChartLook> {
  const looks = new Map<string, ChartLook>();
  for (const entry of text.split(",")) {
    const [id = "", scale, ...values] = entry.split(";");
    const kind = SCALES.find((known) => known === scale);
    if (id === "" || kind === undefined) continue;
    looks.set(unescaped(id), { scale: kind, values: readValues(values) });
  }
  return looks;
}

function readValues(parts: readonly string[]): ValueChoice {
  if (parts[0] === "all") return "all";
  const [low, high] = parts.map((part) => (part === "" ? Number.NaN : Number(part)));
  const isRange = low !== undefined && high !== undefined && Number.isFinite(low) && Number.isFinite(high);
  return isRange && low < high ? [low, high] : "robust";
}

/** The text of looks; those that are as ever are not written. */
export function writeLooks(looks: ReadonlyMap<string, ChartLook>): string {
  return [...looks]
    .filter(([, look]) => look.scale !== DEFAULT_LOOK.scale || look.values !== DEFAULT_LOOK.values)
    .map(([id, { scale, values }]) => {
      const range = values === "robust" ? [] : values === "all" ? ["all"] : values.map(String);
      return [escaped(id), scale, ...range].join(";");
    })
    .join(",");
}

const escaped = (id: string): string => id.replace(/[%,;]/g, encodeURIComponent);
const unescaped = (id: string): string => id.replace(/%(25|2C|3B)/g, (code) => decodeURIComponent(code));

/** The look of a chart now. */
export const lookOf = (id: string): ChartLook => readLooks(selected.looks.value).get(id) ?? DEFAULT_LOOK;

/** Changes the look of a chart. */
export function setLook(id: string, change: Partial<ChartLook>): void {
  const looks = readLooks(selected.looks.value);
  looks.set(id, { ...(looks.get(id) ?? DEFAULT_LOOK), ...change });
  select({ looks: writeLooks(looks) });
}
