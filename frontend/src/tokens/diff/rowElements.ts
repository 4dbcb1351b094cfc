/** The elements of a row of differences. All text from rollouts becomes text nodes and nothing else. */

import { t } from "../../i18n";
import { formatExactly, formatSigned } from "../../lib/format";
import { colourClasses } from "../shared/colourCodes";
import type { Differences } from "./differences";
import type { Row } from "./rows";
import { type DiffData, type Stretch, textOf } from "./stretches";

/** What all rows of a text share. */
export interface RowOptions {
  data: DiffData;
  isSideBySide: boolean;
  moved: string;
  movedHint: string;
}

/** What a stretch is to assistive technology and to a reader without colours: struck out, underlined. */
const ELEMENT: Readonly<Record<Stretch["kind"], "span" | "del" | "ins">> = {
  equal: "span",
  delete: "del",
  moved_away: "del",
  insert: "ins",
  moved_here: "ins",
};

/** About what a line of a cell holds, and its height in px: how high a row is taken to be until it is laid out. */
const LINE_CHARACTERS = 50;
const LINE_HEIGHT = 22;

/** A row with one cell for each side, or one for both; its equal tokens coloured where there are differences. */
export function rowElement(row: Row, place: RowOptions, differences: Differences | null): HTMLElement {
  const element = document.createElement("div");
  element.className = "diff-row";
  const cells = place.isSideBySide ? (["left", "right"] as const) : (["both"] as const);
  const changes = changeNumbers(row);
  let characters = 0;
  for (const cell of cells) {
    const box = document.createElement("div");
    box.className = "diff-cell";
    row.stretches.forEach((stretch, k) => {
      const side = sideOf(stretch, cell);
      if (side === null) return;
      const made = stretchElements(stretch, side, place, differences);
      const change = changes[k];
      if (typeof change === "number") made[0]?.setAttribute("data-change", String(change));
      box.append(...made);
    });
    element.append(box);
    characters = Math.max(characters, box.textContent.length);
  }
  // Rows that count as low all lie near the viewport, and would all be laid out at first.
  const lines = Math.ceil(characters / LINE_CHARACTERS);
  element.style.setProperty("contain-intrinsic-block-size", `auto ${LINE_HEIGHT * Math.max(2, lines)}px`);
  return element;
}

/** For the first stretch of each change in a row its number among all changes; null for the others. */
function changeNumbers(row: Row): (number | null)[] {
  if (row.change === null) return [];
  let next = row.change;
  return row.stretches.map(({ kind }, k) => {
    const isFirst = kind !== "equal" && (k === 0 || row.stretches[k - 1]?.kind === "equal");
    return isFirst ? next++ : null;
  });
}

/** The side of a stretch that stands in a cell; null where none does. */
function sideOf(stretch: Stretch, cell: "left" | "right" | "both"): "left" | "right" | null {
  const own =
    stretch.kind === "equal"
      ? null
      : stretch.kind === "delete" || stretch.kind === "moved_away"
        ? "left"
        : "right";
  if (cell === "both") return own ?? "right";
  return own === null || own === cell ? cell : null;
}

function stretchElements(
  stretch: Stretch,
  side: "left" | "right",
  place: RowOptions,
  differences: Differences | null,
): HTMLElement[] {
  const element = document.createElement(ELEMENT[stretch.kind]);
  element.className = `diff-${stretch.kind}`;
  if (stretch.kind === "equal" && differences !== null && side === "right") {
    element.append(...tokenElements(stretch, place.data, differences));
  } else element.textContent = textOf(place.data[side], stretch[side]);
  if (stretch.move === null) return [element];
  element.dataset["move"] = String(stretch.move);
  const button = document.createElement("button");
  button.type = "button";
  button.className = "diff-jump";
  button.dataset["jump"] = String(stretch.move);
  button.title = place.movedHint;
  button.textContent = `${stretch.kind === "moved_away" ? "⇢" : "⇠"} ${place.moved} ${stretch.move + 1}`;
  return [element, button];
}

/** One span for each token of the right side, coloured by its difference. */
function tokenElements(stretch: Stretch, data: DiffData, differences: Differences): HTMLElement[] {
  const names = colourClasses(differences.scale?.palette ?? "diverging");
  const [from, to] = stretch.right;
  return Array.from({ length: to - from }, (_, k) => {
    const i = from + k;
    const span = document.createElement("span");
    span.className = names[differences.codes[i] ?? 0] ?? "heat";
    span.textContent = data.right.units[i] ?? "";
    const [left, right] = [data.left.values?.[differences.counterpart[i] ?? -1], data.right.values?.[i]];
    span.title = t("diff.token", {
      metric: differences.metric,
      left: formatExactly(left),
      right: formatExactly(right),
      difference: formatSigned(left === null || right === null ? null : differences.differences[i]),
    });
    return span;
  });
}
