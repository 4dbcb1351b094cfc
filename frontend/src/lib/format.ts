/**
 * Numbers as text, short for reading or with every digit for copying; the same in every language. What is read has a comma
 * between thousands wherever it stands: in tables, beside axes, in sentences (`i18n/messages.ts`). A step is a name and
 * has none, and what is copied has none.
 */

/** Stands for a value that was not logged. */
export const MISSING = "–";

/** NaN and infinities by name. */
function word(x: number): string {
  if (Number.isNaN(x)) return "NaN";
  return x > 0 ? "Infinity" : "-Infinity";
}

/** Made once: `toLocaleString` looks the language up at each call, which takes a millisecond. */
const WHOLE = new Intl.NumberFormat("en-US");

/** Three or four significant digits; integers up to seven digits whole, with a comma between thousands. No step: it is a name. */
export function formatNumber(x: number | null | undefined): string {
  if (x === null || x === undefined) return MISSING;
  if (!Number.isFinite(x)) return word(x);
  if (x === 0) return "0";
  const size = Math.abs(x);
  if (Number.isInteger(x) && size < 1e7) return size < 1000 ? String(x) : WHOLE.format(x);
  if (size >= 1e6 || size < 1e-4) return x.toExponential(2).replace("e+", "e");
  if (size >= 1000) return WHOLE.format(Math.round(x));
  // Rounded first: 999.96 is 1,000.
  const rounded = Number(x.toPrecision(size < 0.01 ? 3 : 4));
  return Math.abs(rounded) < 1000 ? String(rounded) : WHOLE.format(rounded);
}

/** As `formatNumber`, with a plus sign where above zero: for differences. */
export function formatSigned(x: number | null | undefined): string {
  const text = formatNumber(x);
  return typeof x === "number" && x > 0 ? `+${text}` : text;
}

/** Every digit there is, for tooltips and the clipboard. */
export function formatExactly(x: number | null | undefined): string {
  if (x === null || x === undefined) return MISSING;
  return Number.isFinite(x) ? String(x) : word(x);
}

/** A whole number with a comma between thousands. */
export function formatCount(n: number): string {
  return Number.isFinite(n) ? WHOLE.format(Math.round(n)) : word(n);
}

const ALL_DIGITS = new Intl.NumberFormat("en-US", { maximumFractionDigits: 15 });

/** All digits of a number that was rounded before, with a comma between thousands. */
export function formatGrouped(x: number): string {
  return Math.abs(x) < 1000 ? String(x) : ALL_DIGITS.format(x);
}

const UNITS = ["B", "kB", "MB", "GB", "TB", "PB"] as const;

/** Bytes in steps of 1000, as file managers and the index's own messages count them. */
export function formatBytes(n: number): string {
  if (!Number.isFinite(n) || n < 0) return MISSING;
  let rest = n;
  let unit = 0;
  while (rest >= 999.5 && unit < UNITS.length - 1) {
    rest /= 1000;
    unit += 1;
  }
  const digits = unit === 0 || rest >= 99.95 ? 0 : rest >= 9.995 ? 1 : 2;
  return `${rest.toFixed(digits)} ${UNITS[unit]}`;
}

/** Seconds as the one or two largest units: "4 s", "3 min 20 s", "2 h 5 min", "3 d 4 h". */
export function formatDuration(seconds: number): string {
  if (!Number.isFinite(seconds) || seconds < 0) return MISSING;
  const s = Math.round(seconds);
  if (s < 60) return `${s} s`;
  if (s < 3600) return s % 60 === 0 ? `${s / 60} min` : `${Math.floor(s / 60)} min ${s % 60} s`;
  const minutes = Math.floor(s / 60);
  if (s < 86_400)
    return minutes % 60 === 0 ? `${minutes / 60} h` : `${Math.floor(s / 3600)} h ${minutes % 60} min`;
  const hours = Math.floor(s / 3600);
  return hours % 24 === 0 ? `${hours / 24} d` : `${Math.floor(hours / 24)} d ${hours % 24} h`;
}

/** A share of 0 to 1 as a percentage. */
export function formatPercent(share: number | null | undefined): string {
  if (share === null || share === undefined) return MISSING;
  return Number.isFinite(share) ? `${formatNumber(Number((share * 100).toPrecision(3)))} %` : word(share);
}
