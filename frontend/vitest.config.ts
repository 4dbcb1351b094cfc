import { defineConfig } from "vitest/config";
import { listAll, read } from "./tests/files.ts";

const FILES = listAll(".").filter((name) => /\.test\.tsx?$/.test(name));

// To make a page costs a second of a processor: a file whose tests need one says so in its first line.
const OF_A_PAGE = FILES.filter((name) => /^\/\/ @vitest-environment jsdom/.test(read(name))).map(
  (name) => `tests/${name}`,
);

// Files of one project follow one another in one process, those with a page in one document (`freshPage.ts`).
const together = { isolate: false };

// Apart from vite.config.ts: bundling must work where the test tools are not installed.
export default defineConfig({
  oxc: { jsx: { runtime: "automatic", importSource: "preact" } },
  test: {
    environment: "node",
    setupFiles: ["tests/freshPage.ts", "tests/allWords.ts"],
    // One after the other: the first forgets the modules that the second fills.
    sequence: { setupFiles: "list" },
    // axe reads a whole page in a second of an idle processor: a busy one takes longer.
    testTimeout: 20_000,
    // The first of a file may read every module of the page.
    hookTimeout: 60_000,
    restoreMocks: true,
    unstubGlobals: true,
    projects: [
      {
        extends: true,
        test: { ...together, name: "page", include: OF_A_PAGE, sequence: { groupOrder: 0 } },
      },
      {
        extends: true,
        test: {
          ...together,
          name: "pure",
          include: ["tests/**/*.test.{ts,tsx}"],
          exclude: OF_A_PAGE,
          sequence: { groupOrder: 1 },
        },
      },
    ],
  },
});
