import { describe, expect, test } from "vitest";
import { read } from "../files";

const css = read("../src/ui/theme.css");

function block(selector: string): Record<string, string> {
  const start = css.indexOf(`${selector} {`);
  const body = css.slice(css.indexOf("{", start) + 1, css.indexOf("}", start));
  return Object.fromEntries(
    [...body.matchAll(/--([\w-]+):\s*(#[0-9a-f]{6})/gi)].map(([, name, value]) => [name, value]),
  );
}

function luminance(hex: string): number {
  const [r = 0, g = 0, b = 0] = [1, 3, 5].map((at) => {
    const share = Number.parseInt(hex.slice(at, at + 2), 16) / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

function contrast(a: string, b: string): number {
  const [light = 0, dark = 0] = [luminance(a), luminance(b)].sort((x, y) => y - x);
  return (light + 0.05) / (dark + 0.05);
}

const light = block(":root");
const themes = { light, dark: { ...light, ...block(':root[data-theme="dark"]') } };

describe.each(Object.entries(themes))("%s", (_, colours) => {
  const of = (name: string): string => colours[name] ?? "";

  test.each(["text", "text-2", "warn", "error", "ok", "accent"])(
    "--%s is readable on every background",
    (name) => {
      for (const background of ["bg", "surface", "surface-2"]) {
        expect(contrast(of(name), of(background)), background).toBeGreaterThanOrEqual(4.5);
      }
    },
  );

  test("words on the accent and on a hit are readable", () => {
    expect(contrast(of("accent-text"), of("accent"))).toBeGreaterThanOrEqual(4.5);
    expect(contrast(of("text"), of("mark"))).toBeGreaterThanOrEqual(4.5);
  });

  const runs = Array.from({ length: 8 }, (_, i) => `run-${i + 1}`);
  test.each(["policy", "ref", "pin", "pos", "neg", "focus", ...runs])(
    "--%s is seen on the background",
    (name) => {
      expect(contrast(of(name), of("bg"))).toBeGreaterThanOrEqual(3);
    },
  );
});
