/** Files beside the tests. The page itself has no business with node, so its types are not installed. */

interface NodeFiles {
  existsSync(path: string): boolean;
  readdirSync(path: string, options?: { recursive: boolean }): string[];
  readFileSync(path: string, encoding: "utf8"): string;
}

const node = "node:fs";
const { existsSync, readdirSync, readFileSync } = (await import(/* @vite-ignore */ node)) as NodeFiles;

function pathOf(fromTests: string): string {
  return decodeURIComponent(new URL(fromTests, import.meta.url).pathname);
}

export const exists = (path: string): boolean => existsSync(pathOf(path));
export const list = (path: string): string[] => readdirSync(pathOf(path));
/** Everything below a folder, with `/` on every system. */
export const listAll = (path: string): string[] =>
  readdirSync(pathOf(path), { recursive: true }).map((name) => name.replaceAll("\\", "/"));
export const read = (path: string): string => readFileSync(pathOf(path), "utf8");
