/** The palettes as style rules: one class per colour, both themes. Text views and the matrix share them. */

import { BUCKETS, css, type PaletteName, PLAIN, palette, type Theme } from "../../lib/heatmapColours";

/** The style sheet of the heat map. */
export function heatmapCss(): string {
  return (["light", "dark"] as const).map((theme) => themeRules(theme)).join("\n");
}

function themeRules(theme: Theme): string {
  const root = `:root[data-theme="${theme}"]`;
  const { ink, grey, hatch } = PLAIN[theme];
  const [paper, stripe] = hatch.map(css);
  return [
    `${root} .heat { color: ${css(ink)}; }`,
    ...buckets(root, "diverging", "d", theme),
    ...buckets(root, "ramp", "r", theme),
    `${root} .heat.grey { background: ${css(grey.paper)}; color: ${css(grey.ink)}; }`,
    `${root} .heat.hatch { background: repeating-linear-gradient(135deg, ${paper} 0 3px, ${stripe} 3px 5px); }`,
  ].join("\n");
}

function buckets(root: string, name: PaletteName, letter: string, theme: Theme): string[] {
  const colours = palette(name, theme);
  return Array.from({ length: BUCKETS }, (_, i) => {
    const colour = colours[i];
    return colour === undefined ? "" : `${root} .heat.${letter}${i} { background: ${css(colour)}; }`;
  });
}
