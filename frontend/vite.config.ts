import { defineConfig, type Plugin } from "vite";
import { SENTENCES } from "./src/i18n/zh/sentences/pairs.ts";

/** All Chinese sentences of the server's as one file beside the bundle: `rlboard report --language zh` reads it. */
function sentences(): Plugin {
  return {
    name: "sentences",
    generateBundle() {
      const source = JSON.stringify(Object.fromEntries(SENTENCES));
      this.emitFile({ type: "asset", fileName: "sentences.zh.json", source });
    },
  };
}

/** The names of the files that the page and each of its views begin with, for `src/index.ts` to ask for them at once. */
function filesOfViews(): Plugin {
  return {
    name: "files-of-views",
    generateBundle(_, bundle) {
      const chunks = Object.values(bundle).filter((file) => file.type === "chunk");
      const withImports = (file: string, found = new Set<string>()): Set<string> => {
        if (found.has(file)) return found;
        found.add(file);
        const chunk = chunks.find(({ fileName }) => fileName === file);
        for (const imported of chunk?.imports ?? []) withImports(imported, found);
        return found;
      };
      const begins = (source: RegExp): [string, Set<string>][] =>
        chunks.flatMap(({ facadeModuleId, fileName }) => {
          const name = source.exec(facadeModuleId ?? "")?.[1];
          return name === undefined ? [] : [[name.toLowerCase(), withImports(fileName)]];
        });
      const begun = begins(/[\\/]src[\\/](start)\.tsx$/);
      const known = new Set(begun.flatMap(([, files]) => [...files]));
      const views = begins(/[\\/]src[\\/]views[\\/](\w+)[\\/]\1\.tsx$/i).map(
        ([name, files]) => [name, new Set([...files].filter((file) => !known.has(file)))] as const,
      );
      const names = Object.fromEntries(
        [...begun, ...views].map(([name, files]) => [name, [...files].map((file) => `./${file}`)]),
      );
      for (const entry of chunks.filter(({ isEntry }) => isEntry))
        entry.code = entry.code.replace(/\bFILES_OF_VIEWS\b/g, JSON.stringify(names));
    },
  };
}

/** What several parts of the page need. */
const SHARED =
  /[\\/]src[\\/](api|data|host|lib|metrics|state|ui|charts[\\/](scales|shared)|shell[\\/](findings[\\/](lazy|openFinding)|info[\\/]mappingPairs|pageStates|rangeText|runs[\\/]runOrder))[\\/.]|[\\/]node_modules[\\/](@?preact)[\\/]/;
/** Of that, what the first view does without: tables, tokens, answers of other views. */
const LISTS =
  /[\\/]src[\\/](api[\\/](compare|groups|lazy[\\/]diff|prompts)|data[\\/](compare[\\/]runs|questions[\\/](lazy|SamplePages|sample|groups|worstTokens|stepSamples|distributions)|sampleWalk)|lib[\\/](colourScale|heatmapColours|longText|rowWindow|singleLine)|ui[\\/]table)/;

// TensorBoard imports `static/index.js` by that name and calls its `render`; everything else is found relative to it.
export default defineConfig(({ mode }) => ({
  // TensorBoard may be served below any prefix, so no address of ours starts with a slash.
  base: "./",
  publicDir: false,
  plugins: [sentences(), filesOfViews()],
  oxc: { jsx: { runtime: "automatic", importSource: "preact" } },
  build: {
    outDir: "../tensorboard_plugin_rlboard/static",
    emptyOutDir: true,
    target: "es2022",
    // Maps help while developing and have no place in a wheel.
    sourcemap: mode === "development",
    minify: mode !== "development",
    // No HTML page of ours loads a stylesheet: CSS is imported with `?inline` and adopted by the document.
    cssCodeSplit: false,
    // `src/index.ts` asks for what the first view needs; the other views come when the page is at rest.
    modulePreload: false,
    rolldownOptions: {
      // The first imports nothing, so it names the second by its address.
      input: ["src/index.ts", "src/start.tsx"],
      // Without this `render` has no caller the bundler knows of, and is shaken away.
      preserveEntrySignatures: "exports-only",
      output: {
        format: "es",
        entryFileNames: ({ name }) => (name === "index" ? "index.js" : "chunks/[name]-[hash].js"),
        chunkFileNames: "chunks/[name]-[hash].js",
        assetFileNames: "assets/[name]-[hash][extname]",
        // What several parts of the page need is one file: a dozen of some hundred bytes each took longer to come.
        codeSplitting: {
          groups: [
            {
              name: "shared",
              test: (id) => SHARED.test(id) && !LISTS.test(id),
              minShareCount: 2,
              priority: 1,
            },
            { name: "lists", test: LISTS, minShareCount: 2 },
          ],
        },
      },
    },
  },
  // The host's content policy allows workers from files of the same origin only.
  worker: { format: "es", rolldownOptions: { output: { entryFileNames: "chunks/[name]-[hash].js" } } },
}));
