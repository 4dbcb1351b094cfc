// @vitest-environment jsdom

import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { onAddress, readAddress, writeAddress } from "../../src/host/address";

beforeEach(() => {
  vi.useFakeTimers();
  window.history.replaceState(null, "", "/");
});

afterEach(() => {
  vi.runAllTimers();
  vi.useRealTimers();
});

test("what is written is read again, whatever it holds", () => {
  const values = { run: "ppo/seed=1&2", search: "春 江 %41 + #?" };
  writeAddress(values, "push");
  expect(window.location.hash.startsWith("#rlboard&p.rlboard.run=ppo%2Fseed%3D1%262")).toBe(true);
  expect(readAddress()).toEqual(values);
});

test("keys of other plugins stay", () => {
  window.history.replaceState(null, "", "/#rlboard&p.other.x=1&p.rlboard.run=old");
  writeAddress({ step: "3" }, "push");
  expect(window.location.hash).toBe("#rlboard&p.other.x=1&p.rlboard.step=3");
});

test("push makes a history entry, replace does not, the same address neither", () => {
  writeAddress({ step: "1" }, "replace");
  const before = window.history.length;
  writeAddress({ step: "2" }, "replace");
  vi.runAllTimers();
  expect(readAddress()).toEqual({ step: "2" });
  expect(window.history.length).toBe(before);
  writeAddress({ step: "3" }, "push");
  expect(window.history.length).toBe(before + 1);
  writeAddress({ step: "3" }, "push");
  expect(window.history.length).toBe(before + 1);
});

test("the entry that is left says where the reader was last, however shortly before", async () => {
  writeAddress({ step: "1" }, "push");
  writeAddress({ step: "2" }, "replace");
  writeAddress({ step: "2", sample: "a" }, "push");
  vi.useRealTimers();
  const left = new Promise((done) => window.addEventListener("popstate", done, { once: true }));
  window.history.back();
  await left;
  expect(readAddress()).toEqual({ step: "2" });
  vi.useFakeTimers();
});

test("the host is told of a written address, since it keeps a copy of the hash; we are not", () => {
  let host = 0;
  let ours = 0;
  const hear = (): void => {
    host += 1;
  };
  window.addEventListener("hashchange", hear);
  const stop = onAddress(() => {
    ours += 1;
  });
  writeAddress({ step: "9" }, "push");
  expect([host, ours]).toEqual([1, 0]);
  window.history.replaceState(null, "", "/#rlboard&p.rlboard.step=8");
  window.dispatchEvent(new HashChangeEvent("hashchange"));
  expect([host, ours]).toEqual([2, 1]);
  stop();
  window.dispatchEvent(new HashChangeEvent("hashchange"));
  expect([host, ours]).toEqual([3, 1]);
  window.removeEventListener("hashchange", hear);
});

test("a walk along the steps is written once, at its end or when the focus goes over to the host", () => {
  const hear = vi.fn();
  const stop = onAddress(() => undefined);
  window.addEventListener("hashchange", hear);
  for (const step of ["1", "2", "3"]) {
    writeAddress({ step }, "replace");
    vi.advanceTimersByTime(400);
  }
  expect(hear).toHaveBeenCalledTimes(0);
  expect(window.location.hash).toBe("");
  vi.advanceTimersByTime(100);
  expect(hear).toHaveBeenCalledTimes(1);
  expect(readAddress()).toEqual({ step: "3" });
  writeAddress({ step: "4" }, "replace");
  window.dispatchEvent(new Event("blur"));
  expect(readAddress()).toEqual({ step: "4" });
  expect(hear).toHaveBeenCalledTimes(2);
  window.dispatchEvent(new Event("blur"));
  vi.runAllTimers();
  expect(hear).toHaveBeenCalledTimes(2);
  window.removeEventListener("hashchange", hear);
  stop();
});

test("what others write meanwhile stays, and a link that is opened meanwhile counts", () => {
  const changed = vi.fn();
  const stop = onAddress(changed);
  const write = (hash: string): void => {
    window.history.replaceState(null, "", `/${hash}`);
    window.dispatchEvent(new HashChangeEvent("hashchange"));
  };
  writeAddress({ step: "1" }, "push");
  writeAddress({ step: "2" }, "replace");
  write("#rlboard&p.other.x=1&p.rlboard.step=1");
  expect(changed).not.toHaveBeenCalled();
  vi.runAllTimers();
  expect(window.location.hash).toBe("#rlboard&p.other.x=1&p.rlboard.step=2");
  writeAddress({ step: "3" }, "replace");
  write("#rlboard&p.rlboard.step=9");
  expect(changed).toHaveBeenCalledOnce();
  vi.runAllTimers();
  expect(readAddress()).toEqual({ step: "9" });
  stop();
});

test("the address of another tab of the host is not written into", () => {
  writeAddress({ step: "2" }, "replace");
  window.history.replaceState(null, "", "/#timeseries");
  // Where nobody is above us, as here, every address is ours.
  vi.spyOn(window, "parent", "get").mockReturnValue({ location: window.location } as Window);
  vi.runAllTimers();
  expect(window.location.hash).toBe("#timeseries");
  vi.restoreAllMocks();
});

test("a hash that is badly encoded is taken as it stands", () => {
  window.history.replaceState(null, "", "/#rlboard&p.rlboard.run=%E0%A4%A");
  expect(readAddress()).toEqual({ run: "%E0%A4%A" });
});
