// @vitest-environment jsdom

/** What an address says of a selection, and what it does not need to say. */

import { beforeEach, expect, test } from "vitest";
import { ADDRESS_FIELDS } from "../../src/state/addressFields";
import { DEFAULTS, fromAddress, type Selection, select, toAddress } from "../../src/state/selection";
import { FULL } from "./fullSelection";

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
