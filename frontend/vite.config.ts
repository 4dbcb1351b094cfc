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

/** What several parts of the page need. */
const SHARED = /[\\/]src[\\/](api|data|host|lib|metrics|state|ui)[\\/]|[\\/]node_modules[\\/](@?preact)[\\/]/;
/** Of that, what the first view does without: tables, tokens, answers of other views. */
const LISTS =
  /[\\/]src[\\/](api[\\/](compare|groups|later[\\/]diff|prompts)|data[\\/](compare[\\/]runs|questions[\\/](later|SamplePages|sample|groups|worstTokens|stepSamples|distributions)|sampleWalk)|lib[\\/](colourScale|heatmapColours|longText|rowWindow|singleLine)|ui[\\/]table)/;

// TensorBoard imports `static/index.js` by that name and calls its `render`; everything else is found relative to it.
export default defineConfig(({ mode }) => ({
  // TensorBoard may be served below any prefix, so no address of ours starts with a slash.
  base: "./",
  publicDir: false,
  plugins: [sentences()],
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
    modulePreload: { polyfill: false },
    rolldownOptions: {
      input: "src/index.ts",
      // Without this `render` has no caller the bundler knows of, and is shaken away.
      preserveEntrySignatures: "exports-only",
      output: {
        format: "es",
        entryFileNames: "index.js",
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
