// @vitest-environment jsdom
import { expect, test } from "vitest";
import { select } from "../../../src/state/selection";
import { sampleList } from "../../../src/views/samples/listedSamples";

test("the list of the next step is the present one with another step, so that it is known when it was fetched ahead", () => {
  select({
    run: "run",
    step: 3,
    where: "reward > 0",
    search: "x",
    preset: "random",
    seed: 5,
    sort: "reward",
  });
  const ahead = JSON.stringify({ ...sampleList.value, step: 4 });
  select({ step: 4 });
  expect(JSON.stringify(sampleList.value)).toBe(ahead);
  expect(sampleList.value).toMatchObject({
    ...{ run: "run", step: 4, where: "reward > 0", search: "x", in: ["prompt", "response", "reference"] },
    ...{ preset: "random", seed: 5, sort: "reward" },
  });
});

test("a range of steps stands in the place of the step", () => {
  select({ run: "run", step: 3, step_min: 2, step_max: null });
  expect(sampleList.value).toMatchObject({ step_min: 2, step_max: null });
  expect(sampleList.value).not.toHaveProperty("step");
});
