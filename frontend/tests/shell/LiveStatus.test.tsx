// @vitest-environment jsdom

import { render } from "preact";
import { act } from "preact/test-utils";
import { afterEach, expect, test, vi } from "vitest";
import { changedAt } from "../../src/data/revision";

afterEach(() => {
  vi.useRealTimers();
  changedAt.value = null;
});

test("five seconds are told at a time, minutes only now and then, until something changes", async () => {
  vi.useFakeTimers();
  const { LiveStatus } = await import("../../src/shell/LiveStatus");
  const root = document.createElement("div");
  const pass = (ms: number): Promise<void> =>
    act(() => {
      vi.advanceTimersByTime(ms);
    });
  changedAt.value = Date.now();
  await act(() => render(<LiveStatus />, root));
  await pass(4000);
  expect(root.textContent).toContain(" 0 s");
  await pass(4000);
  expect(root.textContent).toContain(" 5 s");
  await pass(57_000);
  expect(root.textContent).toContain("1 min");
  const interval = vi.spyOn(globalThis, "setInterval");
  await pass(65_000);
  expect(root.textContent).toContain("2 min");
  expect(root.textContent).not.toContain(" s");
  expect(interval).not.toHaveBeenCalled();
  await act(() => {
    changedAt.value = Date.now();
  });
  expect(interval).toHaveBeenLastCalledWith(expect.any(Function), 5000);
  await pass(5000);
  expect(root.textContent).toContain(" 5 s");
  await act(() => render(null, root));
});
