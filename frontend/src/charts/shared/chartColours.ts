import { type ReadonlySignal, signal } from "@preact/signals";

/** Roles of colour in a chart. Canvas cannot read CSS custom properties, so their values are looked up here. */
const OWN_ROLES = ["policy", "ref", "pos", "neg", "muted", "s1", "s2", "s3", "s4"] as const;
/** Those of other runs, whose curves lie over the run's: one for each. */
export const RUN_ROLES = ["r1", "r2", "r3", "r4", "r5", "r6", "r7", "r8"] as const;
const COLOUR_ROLES = [...OWN_ROLES, ...RUN_ROLES] as const;
export type ColourRole = (typeof COLOUR_ROLES)[number];

/** Colours and font as a canvas takes them. */
export interface ChartPalette {
  readonly series: Readonly<Record<ColourRole, string>>;
  readonly text: string;
  readonly grid: string;
  /** What lies outside of a chart, or is no number. */
  readonly mark: string;
  readonly font: string;
}

const CSS_PROPERTIES: Readonly<Record<ColourRole, string>> = {
  policy: "--policy",
  ref: "--ref",
  pos: "--pos",
  neg: "--neg",
  muted: "--text-2",
  s1: "--series-1",
  s2: "--series-2",
  s3: "--series-3",
  s4: "--series-4",
  r1: "--run-1",
  r2: "--run-2",
  r3: "--run-3",
  r4: "--run-4",
  r5: "--run-5",
  r6: "--run-6",
  r7: "--run-7",
  r8: "--run-8",
};

/** The colour of a role as CSS: for SVG and HTML, which follow the theme by themselves. */
export const cssColour = (role: ColourRole): string => `var(${CSS_PROPERTIES[role]})`;

const current = signal<ChartPalette | null>(null);
let watching = false;

/** The palette of the current theme. An effect or component that reads it runs again when the theme changes. */
export function chartPalette(): ChartPalette {
  watchTheme();
  current.value ??= readPalette();
  return current.value;
}

/** The same as a signal, null before the first read; for effects that repaint. */
export const currentPalette: ReadonlySignal<ChartPalette | null> = current;

function watchTheme(): void {
  if (watching) return;
  watching = true;
  const observer = new MutationObserver(() => {
    current.value = readPalette();
  });
  observer.observe(document.documentElement, { attributes: true, attributeFilter: ["data-theme"] });
}

function readPalette(): ChartPalette {
  const style = getComputedStyle(document.documentElement);
  const read = (property: string, otherwise: string) => style.getPropertyValue(property).trim() || otherwise;
  const series = Object.fromEntries(
    COLOUR_ROLES.map((role) => [role, read(CSS_PROPERTIES[role], "#7f7f7f")]),
  );
  return {
    series: series as Record<ColourRole, string>,
    text: read("--text-2", "#616161"),
    grid: read("--grid", "#e0e0e0"),
    mark: read("--accent", "#b3470a"),
    font: `11px ${read("--font", "sans-serif")}`,
  };
}

/** `#rgb`, `#rrggbb` or `rgb(…)` with an opacity; other notations are returned as they are. */
export function faded(colour: string, opacity: number): string {
  const short = /^#([0-9a-f])([0-9a-f])([0-9a-f])$/i.exec(colour);
  const long = /^#([0-9a-f]{2})([0-9a-f]{2})([0-9a-f]{2})$/i.exec(colour);
  const triple = /^rgb\(\s*(\d+)[\s,]+(\d+)[\s,]+(\d+)\s*\)$/.exec(colour);
  const parts = short
    ? short.slice(1).map((digit) => Number.parseInt(digit + digit, 16))
    : long
      ? long.slice(1).map((pair) => Number.parseInt(pair, 16))
      : triple?.slice(1).map(Number);
  return parts ? `rgba(${parts.join(", ")}, ${opacity})` : colour;
}
