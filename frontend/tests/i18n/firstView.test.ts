import { expect, test } from "vitest";
import { en } from "../../src/i18n/en";
import { lazy } from "../../src/i18n/en/lazy";
import { overviewPanels } from "../../src/i18n/en/overview/panels";
import { overlay } from "../../src/i18n/en/runs/overlay";

const SOURCES = import.meta.glob<string>("../../src/**/*.{ts,tsx}", {
  query: "?raw",
  import: "default",
  eager: true,
});

/** What a file cannot start without, types left out: a dynamic import is read later. */
const IMPORTED = /^(?:import|export)(?! type)\s[^;]*?from\s*"(\.[^"?]+)"|^import\s*"(\.[^"?]+)"/gm;

function readWith(file: string, found: Set<string>): Set<string> {
  if (found.has(file)) return found;
  found.add(file);
  for (const [, named, bare] of (SOURCES[file] ?? "").matchAll(IMPORTED)) {
    const path = new URL(named ?? bare ?? "", `file:///a/b/c/${file.slice(6)}`).pathname;
    const target = `../../${path.slice("/a/b/c/".length)}`;
    const module = [`${target}.ts`, `${target}.tsx`, `${target}/index.ts`].find((name) => name in SOURCES);
    if (module !== undefined) readWith(module, found);
  }
  return found;
}

const withoutComments = (source: string): string => source.replace(/\/\*.*?\*\/|^\s*\/\/.*$/gms, "");

const FIRST = readWith(
  "../../src/views/overview/Overview.tsx",
  readWith("../../src/start.tsx", new Set<string>()),
);

test("the first view names no words that are read later", () => {
  expect(FIRST).toContain("../../src/charts/curves/CurvePlot.ts");
  expect(FIRST).toContain("../../src/shell/chips/SelectionChips.tsx");
  expect([...FIRST].filter((file) => file.includes("/views/samples/"))).toEqual([]);
  const named = [...FIRST]
    .filter((file) => !file.includes("/i18n/en/"))
    .flatMap((file) => [...withoutComments(SOURCES[file] ?? "").matchAll(/["`]([a-z_]+(?:\.\w+)+)["`]/g)])
    .map(([, key]) => key ?? "");
  expect(named.filter((key) => Object.hasOwn(en, key)).length).toBeGreaterThan(100);
  expect(named.filter((key) => Object.hasOwn({ ...lazy, ...overlay, ...overviewPanels }, key))).toEqual([]);
});
