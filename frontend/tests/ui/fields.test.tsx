// @vitest-environment jsdom

import { render } from "preact";
import { act } from "preact/test-utils";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { NumberField } from "../../src/ui";

let root: HTMLElement;
const onCommit = vi.fn();

const show = (value: number): Promise<void> =>
  act(() => render(<NumberField label="step" integer value={value} onCommit={onCommit} />, root));

function field(): HTMLInputElement {
  const found = root.querySelector("input");
  if (found === null) throw new Error("no field");
  return found;
}

const type = (text: string): Promise<void> =>
  act(() => {
    field().value = text;
    field().dispatchEvent(new Event("input", { bubbles: true }));
  });

const enter = (): Promise<void> =>
  act(() => {
    field().dispatchEvent(new KeyboardEvent("keydown", { key: "Enter", bubbles: true }));
  });

const leave = (): Promise<void> =>
  act(() => {
    field().dispatchEvent(new Event("blur"));
  });

beforeEach(() => {
  onCommit.mockReset();
  root = document.body.appendChild(document.createElement("div"));
});

afterEach(async () => {
  await act(() => render(null, root));
  root.remove();
});

test("Enter says the number once, and leaving the field afterwards says nothing", async () => {
  await show(50);
  await type("70");
  await enter();
  expect(onCommit.mock.calls).toEqual([[70]]);
  await show(70);
  await leave();
  expect(onCommit.mock.calls).toEqual([[70]]);
  expect(field().value).toBe("70");
});

test("a number that its owner rejects gives way to the old one", async () => {
  await show(50);
  await type("55");
  await enter();
  expect(field().value).toBe("50");
});

test("what is no whole number stays to be mended and is said to nobody", async () => {
  await show(50);
  await type("5.5");
  await enter();
  expect(onCommit).not.toHaveBeenCalled();
  expect(field().value).toBe("5.5");
  expect(field().getAttribute("aria-invalid")).toBe("true");
});
