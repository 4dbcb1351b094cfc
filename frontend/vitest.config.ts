import { defineConfig } from "vitest/config";

// Apart from vite.config.ts: bundling must work where the test tools are not installed.
export default defineConfig({
  oxc: { jsx: { runtime: "automatic", importSource: "preact" } },
  test: {
    // A page costs a second of a processor: a file whose tests need one says so in its first line.
    environment: "node",
    setupFiles: ["tests/allWords.ts"],
    // axe reads a whole page in a second of an idle processor: a busy one takes longer.
    testTimeout: 20_000,
    // The first of a file may read every module of the page.
    hookTimeout: 60_000,
    include: ["src/**/*.test.{ts,tsx}", "tests/**/*.test.{ts,tsx}"],
    restoreMocks: true,
    unstubGlobals: true,
  },
});
