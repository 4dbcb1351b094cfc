// @vitest-environment jsdom

/** How the selection changes, and what it forgets and writes then. */

import { effect } from "@preact/signals";
import { beforeEach, expect, test, vi } from "vitest";
import { DEFAULTS, followAddress, type Selection, select, selection } from "../../src/state/selection";
import { FULL } from "./fullSelection";

beforeEach(() => {
  window.history.replaceState(null, "", "/#rlboard");
  select({ ...DEFAULTS });
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

test("who hears of a change and changes more is in the address, too", () => {
  const stop = effect(() => {
    if (selection.value.step === 3) select({ pin: 4 }, "push");
  });
  select({ step: 3 }, "push");
  stop();
  expect(window.location.hash).toBe("#rlboard&p.rlboard.step=3&p.rlboard.pin=4");
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
