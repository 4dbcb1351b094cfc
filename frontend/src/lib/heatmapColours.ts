/**
 * Colours of the heat maps: palettes that are even to the eye and keep text readable in both themes.
 *
 * Palettes are interpolated in OKLab, where equal distances look equal. Light themes fade from paper to a tone that
 * dark ink can still be read on, dark themes from the surface to a tone for light ink, so ink never flips inside a
 * palette. Blue against orange stays apart in every common form of colour blindness.
 */

export type Rgb = readonly [number, number, number];
export type Theme = "light" | "dark";
/** `diverging`: blue below a neutral middle, orange above. `ramp`: one hue, pale to strong. */
export type PaletteName = "diverging" | "ramp";

/** Colours per palette. Odd, so that zero has the neutral middle for itself. */
export const BUCKETS = 31;

type Lch = readonly [lightness: number, chroma: number, hue: number];

/** Colours that the palettes of a theme are mixed from. */
interface ThemeTones {
  /** Letters. */
  ink: Rgb;
  /** Background, and the middle of a diverging palette. */
  paper: Lch;
  /** Low end of a diverging palette. */
  low: Lch;
  /** Its high end. */
  high: Lch;
  /** Strong end of a ramp. */
  strong: Lch;
}

const TONES: Record<Theme, ThemeTones> = {
  light: {
    ink: [0x1c, 0x1c, 0x1c],
    paper: [1, 0, 0],
    low: [0.68, 0.14, 252],
    high: [0.72, 0.16, 55],
    strong: [0.68, 0.12, 168],
  },
  dark: {
    ink: [0xf4, 0xf4, 0xf4],
    paper: [0.31, 0, 0],
    low: [0.5, 0.16, 258],
    high: [0.52, 0.13, 52],
    strong: [0.5, 0.1, 168],
  },
};

/** Background and ink of tokens that have no place on a scale. */
export interface PlainTones {
  ink: Rgb;
  /** Missing and masked tokens: grey paper, muted ink. */
  grey: { paper: Rgb; ink: Rgb };
  /** The two stripes behind NaN and infinities, both readable under `ink`. */
  hatch: readonly [Rgb, Rgb];
}

export const PLAIN: Record<Theme, PlainTones> = {
  light: {
    ink: TONES.light.ink,
    grey: { paper: [0xe8, 0xe8, 0xe8], ink: [0x5c, 0x5c, 0x5c] },
    hatch: [
      [0xff, 0xff, 0xff],
      [0xf0, 0xb8, 0xdc],
    ],
  },
  dark: {
    ink: TONES.dark.ink,
    grey: { paper: [0x45, 0x45, 0x45], ink: [0xc0, 0xc0, 0xc0] },
    hatch: [
      [0x30, 0x30, 0x30],
      [0x7c, 0x2f, 0x62],
    ],
  },
};

/** The colours of a palette from its low to its high end, {@link BUCKETS} of them. */
export function palette(name: PaletteName, theme: Theme): Rgb[] {
  const { paper, low, high, strong } = TONES[theme];
  const middle = (BUCKETS - 1) / 2;
  return Array.from({ length: BUCKETS }, (_, i) => {
    if (name === "ramp") return mix(paper, strong, i / (BUCKETS - 1));
    return i < middle ? mix(paper, low, (middle - i) / middle) : mix(paper, high, (i - middle) / middle);
  });
}

/** WCAG 2 contrast ratio of two opaque colours, 1 to 21. */
export function contrast(a: Rgb, b: Rgb): number {
  const [x, y] = [luminance(a), luminance(b)];
  return (Math.max(x, y) + 0.05) / (Math.min(x, y) + 0.05);
}

/** A colour as CSS writes it. */
export function css([r, g, b]: Rgb): string {
  return `rgb(${r} ${g} ${b})`;
}

function luminance([r, g, b]: Rgb): number {
  return 0.2126 * toLinear(r / 255) + 0.7152 * toLinear(g / 255) + 0.0722 * toLinear(b / 255);
}

function mix(from: Lch, to: Lch, share: number): Rgb {
  // The paper has no hue of its own, so mixing along lightness and chroma keeps the hue of the end exactly.
  const lightness = from[0] + (to[0] - from[0]) * share;
  const chroma = from[1] + (to[1] - from[1]) * share;
  const hue = (to[2] * Math.PI) / 180;
  return oklabToRgb(lightness, chroma * Math.cos(hue), chroma * Math.sin(hue));
}

/** OKLab (Ottosson 2020) to 8-bit sRGB; what lies outside of sRGB is clipped. */
function oklabToRgb(lightness: number, a: number, b: number): Rgb {
  const l = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3;
  const m = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3;
  const s = (lightness - 0.0894841775 * a - 1.291485548 * b) ** 3;
  return [
    toByte(4.0767416621 * l - 3.3077115913 * m + 0.2309699292 * s),
    toByte(-1.2684380046 * l + 2.6097574011 * m - 0.3413193965 * s),
    toByte(-0.0041960863 * l - 0.7034186147 * m + 1.707614701 * s),
  ];
}

function toLinear(channel: number): number {
  return channel <= 0.04045 ? channel / 12.92 : ((channel + 0.055) / 1.055) ** 2.4;
}

function toByte(linear: number): number {
  const clipped = Math.min(1, Math.max(0, linear));
  const encoded = clipped <= 0.0031308 ? clipped * 12.92 : 1.055 * clipped ** (1 / 2.4) - 0.055;
  return Math.round(encoded * 255);
}
