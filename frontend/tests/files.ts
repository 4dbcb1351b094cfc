/** Files beside the tests. The page itself has no business with node, so its types are not installed. */

interface NodeFiles {
  existsSync(path: string): boolean;
  readdirSync(path: string): string[];
  readFileSync(path: string, encoding: "utf8"): string;
}

const node = "node:fs";
const { existsSync, readdirSync, readFileSync } = (await import(/* @vite-ignore */ node)) as NodeFiles;

function pathOf(fromTests: string): string {
  return decodeURIComponent(new URL(fromTests, import.meta.url).pathname);
}

export const exists = (path: string): boolean => existsSync(pathOf(path));
export const list = (path: string): string[] => readdirSync(pathOf(path));
export const read = (path: string): string => readFileSync(pathOf(path), "utf8");
