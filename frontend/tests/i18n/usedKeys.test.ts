import { expect, test } from "vitest";
import { zh } from "../../src/i18n/zh";

const SOURCES = import.meta.glob<string>(["../../src/**/*.{ts,tsx}", "!../../src/i18n/**"], {
  query: "?raw",
  import: "default",
  eager: true,
});

const sources = Object.values(SOURCES).join("\n");
const isNamed = (text: string): boolean => sources.includes(`"${text}"`);
/** Keys that are made of data, as patterns: `overview.look.scale.${value}`. */
const patterns = [...sources.matchAll(/`([a-z_]+\.(?:[\w.]|\$\{[^}\n]*\})+)`/g)].map(([, template = ""]) => {
  const parts = template.split(/\$\{[^}]*\}/).map((part) => part.replaceAll(".", "\\."));
  return new RegExp(`^${parts.join("[^.]+")}$`);
});

/** Whether a key is named in the page: itself, by a pattern, or as what keys and advice are called. */
function isUsed(key: string): boolean {
  if (isNamed(key) || patterns.some((pattern) => pattern.test(key))) return true;
  const [scope = "", word = ""] = key.split(".");
  if (word === "keys" || word === "key") return isNamed(scope);
  return key.endsWith(".advice") && isNamed(key.slice(0, -".advice".length));
}

test("every message is said somewhere", () => {
  expect(patterns.length).toBeGreaterThan(50);
  expect(Object.keys(zh).filter((key) => !isUsed(key))).toEqual([]);
  expect(["overview.nowhere", "groups.keyless", "runs.nothing.advice"].filter(isUsed)).toEqual([]);
});
