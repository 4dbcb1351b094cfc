// @vitest-environment jsdom

import { beforeEach, expect, test, vi } from "vitest";
import { ADDRESS_FIELDS } from "../../src/state/addressFields";
import {
  DEFAULTS,
  followAddress,
  fromAddress,
  type Selection,
  select,
  selection,
  toAddress,
} from "../../src/state/selection";

const FULL: Selection = {
  view: "samples",
  run: "ppo/seed1",
  split: "eval",
  attempt: 2,
  step: 0,
  step_min: 10,
  step_max: 20,
  pin: 5,
  sample: "a:b&c=d",
  token: 3,
  metric: "k3",
  diff_with: "reference",
  about: "k3_mean",
  about_order: "asc",
  where: "reward > 0 AND response LIKE '%答案%'",
  charts: "+metric:k3_max,-kl",
  band: "p25_p75",
  band_scale: "2",
  smoothing: "0.6",
  from_zero: "true",
  kl: "k2_mean",
  looks: "reward;log",
  overlay: "ppo/seed2,!ppo/seed3",
  split_by: "data_source",
  scalars: "runs/a,runs/b%2Cc",
  group: "1:7",
  group_step: 12,
  group_diff: "a,b",
  kinds: "all_right,all_wrong",
  groups_sort: "distinct",
  groups_by: "data_source",
  groups_value: "gsm8k",
  prompt: "0cc175b9c0f1b6a8",
  side_a: "a-1-0",
  side_b: "a-2-0",
  list: "regressed",
  success: "0.5",
  prompts_by: "data_source",
  prompt_kind: "gsm8k",
  prompts_sort: "samples",
  prompts_order: "desc",
  prompts_offset: 50,
  by: "token",
  end: "lowest",
  all_steps: true,
  finding: "kl_spike",
  thresholds: "kl_spike:8",
  runs_sort: "reward",
  runs_order: "asc",
  run_b: "ppo/seed2",
  split_b: "train",
  a_min: 1,
  a_max: 2,
  b_min: 3,
  b_max: 4,
  compared: "n_tokens",
  changed: "b",
  pair: "0acd",
  search: "月 & =",
  regex: true,
  in: "prompt",
  preset: "random",
  seed: 4,
  sort: "reward",
  order: "asc",
};

beforeEach(() => {
  window.history.replaceState(null, "", "/#rlboard");
  select({ ...DEFAULTS });
});

test("every field survives the address", () => {
  expect(fromAddress(toAddress(FULL))).toEqual(FULL);
  expect(Object.keys(toAddress(FULL)).sort()).toEqual(Object.keys(FULL).sort());
});

/** An address is a link that someone has kept: names, order and spelling of its parameters stay as they are. */
const FULL_HASH = [
  "#rlboard",
  "view=samples",
  "run=ppo%2Fseed1",
  "split=eval",
  "attempt=2",
  "step=0",
  "step_min=10",
  "step_max=20",
  "pin=5",
  "sample=a%3Ab%26c%3Dd",
  "token=3",
  "metric=k3",
  "diff_with=reference",
  "about=k3_mean",
  "about_order=asc",
  "where=reward%20%3E%200%20AND%20response%20LIKE%20'%25%E7%AD%94%E6%A1%88%25'",
  "charts=%2Bmetric%3Ak3_max%2C-kl",
  "band=p25_p75",
  "band_scale=2",
  "smoothing=0.6",
  "from_zero=true",
  "kl=k2_mean",
  "looks=reward%3Blog",
  "overlay=ppo%2Fseed2%2C!ppo%2Fseed3",
  "split_by=data_source",
  "scalars=runs%2Fa%2Cruns%2Fb%252Cc",
  "group=1%3A7",
  "group_step=12",
  "group_diff=a%2Cb",
  "kinds=all_right%2Call_wrong",
  "groups_sort=distinct",
  "groups_by=data_source",
  "groups_value=gsm8k",
  "prompt=0cc175b9c0f1b6a8",
  "side_a=a-1-0",
  "side_b=a-2-0",
  "list=regressed",
  "success=0.5",
  "prompts_by=data_source",
  "prompt_kind=gsm8k",
  "prompts_sort=samples",
  "prompts_order=desc",
  "prompts_offset=50",
  "by=token",
  "end=lowest",
  "all_steps=true",
  "finding=kl_spike",
  "thresholds=kl_spike%3A8",
  "runs_sort=reward",
  "runs_order=asc",
  "run_b=ppo%2Fseed2",
  "split_b=train",
  "a_min=1",
  "a_max=2",
  "b_min=3",
  "b_max=4",
  "compared=n_tokens",
  "changed=b",
  "pair=0acd",
  "search=%E6%9C%88%20%26%20%3D",
  "regex=true",
  "in=prompt",
  "preset=random",
  "seed=4",
  "sort=reward",
  "order=asc",
].join("&p.rlboard.");

test("links stay as they are, byte for byte", () => {
  select(FULL, "push");
  expect(window.location.hash).toBe(FULL_HASH);
});

test.each(Object.keys(FULL) as (keyof Selection)[])("%s comes back from the address alone", (name) => {
  const chosen = { ...DEFAULTS, [name]: FULL[name] };
  expect(Object.keys(toAddress(chosen))).toEqual([name]);
  expect(fromAddress(toAddress(chosen))).toEqual(chosen);
});

test("every field of the table is in the selection", () => {
  expect(Object.keys(ADDRESS_FIELDS)).toEqual(Object.keys(FULL));
  expect(Object.keys(DEFAULTS)).toEqual(Object.keys(FULL));
});

test("what belongs to a run is forgotten with it, the rest stays", () => {
  select({ ...DEFAULTS, run: "a" });
  select({ ...FULL, run: "a" });
  select({ run: "b" });
  const forgotten = (Object.keys(FULL) as (keyof Selection)[]).filter(
    (name) => name !== "run" && selection.value[name] === DEFAULTS[name],
  );
  expect(forgotten).toEqual([
    "split",
    "attempt",
    "step",
    "step_min",
    "step_max",
    "pin",
    "sample",
    "token",
    "diff_with",
    "about",
    "about_order",
    "looks",
    "scalars",
    "group",
    "group_step",
    "group_diff",
    "kinds",
    "groups_by",
    "groups_value",
    "prompt",
    "side_a",
    "side_b",
    "list",
    "success",
    "prompts_by",
    "prompt_kind",
    "prompts_offset",
    "finding",
    "thresholds",
    "a_min",
    "a_max",
    "pair",
  ]);
});

test("defaults leave the address empty", () => {
  expect(toAddress(DEFAULTS)).toEqual({});
  expect(fromAddress({})).toEqual(DEFAULTS);
});

test("nonsense in an address is as if it were not there", () => {
  const odd = {
    view: "nope",
    step: "1.5",
    attempt: "x",
    token: "",
    regex: "1",
    order: "up",
    pin: "1e9",
    by: "row",
    end: "up",
  };
  expect(fromAddress(odd)).toEqual(DEFAULTS);
});

test("opening is a history entry, walking is not", async () => {
  const before = window.history.length;
  select({ sample: "a" }, "push");
  expect(window.history.length).toBe(before + 1);
  select({ sample: "b" });
  await vi.waitFor(() => expect(window.location.hash).toBe("#rlboard&p.rlboard.sample=b"));
  expect(window.history.length).toBe(before + 1);
});

test("a selection that changes nothing writes nothing", () => {
  const before = window.history.length;
  select({ step: null }, "push");
  expect(window.history.length).toBe(before);
});

test("another run forgets what belonged to the old one; choosing the first run keeps a link's step", () => {
  select({ step: 3 });
  select({ run: "a" });
  expect(selection.value.step).toBe(3);
  select({ sample: "x", pin: 1, search: "kept" });
  select({ run: "b" }, "push");
  expect(selection.value).toMatchObject({ run: "b", step: null, sample: null, pin: null, search: "kept" });
});

test("another sample forgets the token, unless the token comes with it", () => {
  select({ sample: "a", token: 4 });
  expect(selection.value.token).toBe(4);
  select({ sample: "b" });
  expect(selection.value.token).toBeNull();
});

test("the signal follows the address: a pasted link, back and forward", () => {
  const stop = followAddress();
  window.history.replaceState(null, "", "/#rlboard&p.rlboard.view=samples&p.rlboard.step=7");
  window.dispatchEvent(new PopStateEvent("popstate"));
  expect(selection.value).toMatchObject({ view: "samples", step: 7 });
  stop();
  window.history.replaceState(null, "", "/#rlboard");
  window.dispatchEvent(new PopStateEvent("popstate"));
  expect(selection.value.step).toBe(7);
});
