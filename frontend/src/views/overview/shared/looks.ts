/** How a chart draws its values where the reader changed that. The address is the record, so that it is in every link. */

import type { ValueChoice } from "../../../charts/scales/valueRange";
import { SCALES, type ScaleKind } from "../../../charts/scales/valueScale";
import { select, selected } from "../../../state/selection";

export interface ChartLook {
  readonly scale: ScaleKind;
  readonly values: ValueChoice;
  /** Which of its lines other runs and kinds of samples show in it, by its metric; "" for the main one. */
  readonly line: string;
}

const DEFAULT_LOOK: ChartLook = { scale: "linear", values: "robust", line: "" };

/** Before the metric of a line. */
const LINE = "@";

/** Looks by chart as one text: `reward;log,length;linear;0;500;@n_chars`. Nonsense is left out. */
export function readLooks(text: string): Map<string, ChartLook> {
  const looks = new Map<string, ChartLook>();
  for (const entry of text.split(",")) {
    const [id = "", scale, ...parts] = entry.split(";");
    const line = parts.find((part) => part.startsWith(LINE))?.slice(LINE.length) ?? "";
    const values = parts.filter((part) => !part.startsWith(LINE));
    const kind = SCALES.find((known) => known === scale);
    if (id === "" || kind === undefined) continue;
    looks.set(unescaped(id), { scale: kind, values: readValues(values), line: unescaped(line) });
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
    .filter(([, { scale, values, line }]) => scale !== "linear" || values !== "robust" || line !== "")
    .map(([id, { scale, values, line }]) => {
      const range = values === "robust" ? [] : values === "all" ? ["all"] : values.map(String);
      return [escaped(id), scale, ...range, ...(line === "" ? [] : [LINE + escaped(line)])].join(";");
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
