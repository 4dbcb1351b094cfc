import { describe, expect, test } from "vitest";
import * as answers from "../../src/api/answers";
import { comparison, runTable } from "../../src/api/compare/answers";
import { findings } from "../../src/api/findings";
import { groupDecoder, groupsDecoder } from "../../src/api/groups";
import { decoder as diff } from "../../src/api/lazy/diffRoute";
import { byDecoder } from "../../src/api/lazy/stepsByValue";
import { passAtKDecoder, promptDecoder, promptsDecoder } from "../../src/api/prompts/answers";
import { array, type Decoder, measuredNumber, record } from "../../src/lib/decode";
import { exists, list, read } from "../files";

describe("samples", () => {
  test("words become numbers in columns of numbers, and stay words in texts", () => {
    const { columns } = answers.samples({
      total: 3,
      columns: {
        id: ["a", "b", "c"],
        reward: [1, "NaN", null],
        k3_mean: ["Infinity", "-Infinity", "NaN"],
        ground_truth: ["Infinity", "NaN", "x"],
        data_source: ["NaN", "math", null],
        response: ["NaN", "NaN", "NaN"],
      },
    });
    expect(columns["reward"]).toEqual([1, Number.NaN, null]);
    expect(columns["k3_mean"]).toEqual([Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, Number.NaN]);
    expect(columns["ground_truth"]).toEqual(["Infinity", "NaN", "x"]);
    expect(columns["data_source"]).toEqual(["NaN", "math", null]);
    expect(columns["response"]).toEqual(["NaN", "NaN", "NaN"]);
  });

  test("a cell that is no value is named", () => {
    expect(() => answers.samples({ total: 1, columns: { reward: [1, [2]] } })).toThrow(".columns.reward[1]");
  });
});

test("steps with a missing statistic are refused by name", () => {
  const answer = { step: [1], metrics: { reward: { count: [1] } }, step_metrics: {} };
  expect(() => answers.steps(answer)).toThrow(".metrics.reward.nonfinite: expected a list, found nothing");
});

const DECODERS: Record<string, Decoder<unknown>> = {
  runs: answers.runs,
  steps: answers.steps,
  by: byDecoder,
  samples: answers.samples,
  sample: answers.sample,
  distribution: answers.distribution,
  findings,
  groups: groupsDecoder,
  diff,
  group: groupDecoder,
  prompts: promptsDecoder,
  prompt: promptDecoder,
  pass: passAtKDecoder,
  problems: answers.problems,
  compare: comparison,
  table: runTable,
  // The page reads token metrics as binary; the JSON form is for others, and as simple.
  tokens: record(array(measuredNumber)),
  worst: answers.worstTokens,
  scalars: (value) => {
    return typeof value === "object" && value !== null && "tags" in value
      ? answers.scalarTags(value)
      : answers.scalarSeries(value);
  },
};

/** `api_samples_search.json` is an answer of `/samples`. */
function routeOf(file: string): string | undefined {
  return file
    .replace(/\.json$/, "")
    .split(/[^a-z]+/)
    .find((word) => Object.hasOwn(DECODERS, word));
}

const FOLDER = "../../tests/__snapshots__";

describe.runIf(exists(FOLDER))("the answers that the Python tests recorded", () => {
  const names = exists(FOLDER) ? list(FOLDER).filter((name) => name.endsWith(".json")) : [];

  test("are there", () => {
    expect(names).not.toEqual([]);
  });

  test.each(names)("%s", (name) => {
    const route = routeOf(name);
    expect(route, `no route is named in ${name}`).toBeDefined();
    const answer: unknown = JSON.parse(read(`${FOLDER}/${name}`));
    DECODERS[route ?? ""]?.(answer);
  });
});
