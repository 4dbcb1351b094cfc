// @vitest-environment jsdom

import { render } from "preact";
import { act } from "preact/test-utils";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { DrawnInSight } from "../../src/ui/sight/DrawnInSight";

let root: HTMLElement;
let look: (isIntersecting: boolean) => Promise<void>;

class Sight {
  constructor(seen: (entries: { isIntersecting: boolean }[]) => void) {
    look = (isIntersecting) => act(() => seen([{ isIntersecting }]));
  }
  observe(): void {}
  disconnect(): void {}
}

const show = (text: string): Promise<void> =>
  act(() => render(<DrawnInSight>{() => <p>{text}</p>}</DrawnInSight>, root));

beforeEach(() => {
  vi.useFakeTimers();
  vi.stubGlobal("IntersectionObserver", Sight);
  root = document.body.appendChild(document.createElement("div"));
});

afterEach(async () => {
  await act(() => render(null, root));
  root.remove();
  vi.useRealTimers();
});

test("what is in sight is drawn at once", async () => {
  await show("step 1");
  await look(true);
  await show("step 2");
  expect(root.textContent).toBe("step 2");
});

test("what is out of sight is drawn when the reader rests, and when it comes into sight", async () => {
  await show("step 1");
  expect(root.textContent).toBe("step 1");
  for (const text of ["step 2", "step 3"]) {
    await show(text);
    await act(() => void vi.advanceTimersByTime(400));
    expect(root.textContent).toBe("step 1");
  }
  await act(() => void vi.advanceTimersByTime(100));
  expect(root.textContent).toBe("step 3");
  await show("step 4");
  expect(root.textContent).toBe("step 3");
  await look(true);
  expect(root.textContent).toBe("step 4");
});
