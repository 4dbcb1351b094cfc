/** The settings of several runs and the columns of one, in the order in which they are read. */

import { describe, expect, test } from "vitest";
import {
  compareConfigs,
  configSources,
  configSourceWords,
  configText,
  initialRuns,
  partlyKnown,
} from "../../src/shell/info/configComparison";
import { mappingPairs } from "../../src/shell/info/mappingPairs";
import { runInfo } from "../fixtures";

const one = runInfo({
  config: { gamma: 0.99, lr: 1e-6, algorithm: "grpo", steps: 100 },
  config_sources: { gamma: "config.json", lr: "config.json: optim.lr", algorithm: "hparams" },
});
const two = runInfo({ run: "two", config: { gamma: 1, lr: 1e-6, algorithm: "grpo", kl: true } });
const bare = runInfo({ run: "bare" });

describe("settings", () => {
  test("that decide most come first, the others by their names", () => {
    const config = {
      zeta: 1,
      adam_beta2: 1,
      temperature: 1,
      beta: 1,
      batch10: 1,
      batch9: 1,
      learning_rate: 1,
    };
    const names = compareConfigs([runInfo({ config })]).map(({ name }) => name);
    expect(names).toEqual([
      ...["learning_rate", "beta", "temperature"],
      ...["adam_beta2", "batch9", "batch10", "zeta"],
    ]);
  });

  test("a run without settings takes no part in telling what differs; what some lack stands apart", () => {
    expect(compareConfigs([one, bare]).some(({ differs }) => differs)).toBe(false);
    const both = compareConfigs([one, two, bare]);
    expect(both.flatMap(({ name, differs }) => (differs ? [name] : []))).toEqual(["gamma"]);
    const apart = partlyKnown(both).map(({ holders, settings }) => [
      holders,
      settings.map(({ name }) => name),
    ]);
    expect(apart).toEqual([
      [[1], ["kl"]],
      [[0], ["steps"]],
    ]);
    expect(partlyKnown(compareConfigs([one, bare]))).toEqual([]);
    // Of three, where two disagree, it is a difference, whatever the third lacks.
    const three = compareConfigs([one, two, runInfo({ run: "three", config: { lr: 1e-6 } })]);
    expect(three.find(({ name }) => name === "gamma")).toMatchObject({ differs: true, isLacking: true });
    expect(partlyKnown(three).flatMap(({ settings }) => settings.map(({ name }) => name))).not.toContain(
      "gamma",
    );
    expect(compareConfigs([one, two]).find(({ name }) => name === "kl")?.values).toEqual([undefined, true]);
    expect(initialRuns([bare, two, one], "demo", 4)).toEqual(["demo", "two"]);
    expect(configSources(one)).toEqual(["config.json", "TensorBoard’s hyperparameters"]);
    expect(configSourceWords("args/text_summary: num_generations")).toBe(
      "the trainer’s arguments in TensorBoard’s text args: num_generations",
    );
    expect([1e-6, 5e-7, 0.05, 0, 512, "a", true, null].map(configText)).toEqual([
      "1e-6",
      "5e-7",
      "0.05",
      "0",
      "512",
      "a",
      "true",
      "null",
    ]);
  });
});

describe("columns", () => {
  test("are listed in the order in which a sample is read", () => {
    expect(
      mappingPairs({ reward: "r", "columns.zeta": "z", step: "s", prompt: "p", alpha: "a" }).map(
        ([word]) => word,
      ),
    ).toEqual(["prompt", "reward", "step", "alpha", "zeta"]);
  });
});
