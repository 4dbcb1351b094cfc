// @vitest-environment jsdom

import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { onAddress, readAddress, writeAddress } from "../../src/host/address";

let now = 0;

/** Lets time pass. */
function pass(ms: number): void {
  now += ms;
  vi.advanceTimersByTime(ms);
}

beforeEach(() => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
  vi.spyOn(performance, "now").mockImplementation(() => now);
  // Nothing was changed for long.
  pass(10_000);
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
  writeAddress({ step: "3" }, "replace");
  expect(readAddress()).toEqual({ step: "2" });
  writeAddress({ step: "3", sample: "a" }, "push");
  vi.useRealTimers();
  const left = new Promise((done) => window.addEventListener("popstate", done, { once: true }));
  window.history.back();
  await left;
  expect(readAddress()).toEqual({ step: "3" });
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

test("a change is written at once, a walk at its end or when the reader turns to the host or the browser", () => {
  const hear = vi.fn();
  const stop = onAddress(() => undefined);
  window.addEventListener("hashchange", hear);
  for (const step of ["1", "2", "3"]) {
    writeAddress({ step }, "replace");
    expect(readAddress()).toEqual({ step: "1" });
    pass(400);
  }
  expect(hear).toHaveBeenCalledTimes(0);
  pass(100);
  expect(readAddress()).toEqual({ step: "3" });
  expect(hear).toHaveBeenCalledTimes(1);
  const turns = [
    () => window.dispatchEvent(new Event("blur")),
    () => document.documentElement.dispatchEvent(new MouseEvent("mouseleave")),
    () => document.dispatchEvent(new KeyboardEvent("keydown", { key: "ArrowLeft", altKey: true })),
  ];
  for (const [i, turn] of turns.entries()) {
    const step = String(4 + i);
    writeAddress({ step }, "replace");
    document.dispatchEvent(new KeyboardEvent("keydown", { key: "ArrowLeft" }));
    expect(readAddress()).not.toEqual({ step });
    turn();
    expect(readAddress()).toEqual({ step });
    expect(hear).toHaveBeenCalledTimes(2 + i);
    turn();
  }
  pass(1000);
  expect(hear).toHaveBeenCalledTimes(4);
  // One change alone: the host hears of it at rest.
  writeAddress({ step: "9" }, "replace");
  expect(readAddress()).toEqual({ step: "9" });
  expect(hear).toHaveBeenCalledTimes(4);
  pass(500);
  expect(hear).toHaveBeenCalledTimes(5);
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
  writeAddress({ step: "1" }, "replace");
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

test("the address of another tab of the host is not written into", async () => {
  // Where nobody is above us, as elsewhere here, every address is ours.
  const { location, history } = window;
  const above = { location, history, dispatchEvent: () => true } as unknown as Window & typeof globalThis;
  vi.spyOn(window, "parent", "get").mockReturnValue(above);
  vi.resetModules();
  const own = await import("../../src/host/address");
  history.replaceState(null, "", "/#rlboard");
  own.writeAddress({ step: "2" }, "replace");
  own.writeAddress({ step: "3" }, "replace");
  expect(location.hash).toBe("#rlboard&p.rlboard.step=2");
  history.replaceState(null, "", "/#timeseries");
  vi.runAllTimers();
  expect(location.hash).toBe("#timeseries");
});

test("a hash that is badly encoded is taken as it stands", () => {
  window.history.replaceState(null, "", "/#rlboard&p.rlboard.run=%E0%A4%A");
  expect(readAddress()).toEqual({ run: "%E0%A4%A" });
});
