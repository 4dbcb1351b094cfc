// @vitest-environment jsdom

/** The search field: what is typed while a question is on its way stays. */

import { render } from "preact";
import { act } from "preact/test-utils";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { DEFAULTS, select, selection } from "../../../src/state/selection";
import { SearchField } from "../../../src/views/samples/search/SearchField";
import { byTestId } from "../../page";

let root: HTMLElement;
const field = (): HTMLInputElement => byTestId<HTMLInputElement>("search") as HTMLInputElement;

async function type(text: string): Promise<void> {
  await act(() => {
    field().value = text;
    field().dispatchEvent(new InputEvent("input", { bubbles: true }));
  });
}

beforeEach(async () => {
  vi.useFakeTimers();
  root = document.body.appendChild(document.createElement("div"));
  select({ ...DEFAULTS, view: "samples", run: "demo" });
  await act(() => render(<SearchField />, root));
});

afterEach(async () => {
  vi.useRealTimers();
  await act(() => render(null, root));
  root.remove();
});

test("a letter typed between the question and its drawing stays", async () => {
  await type("jkm");
  // The question leaves, and the next letter comes before the page is drawn again.
  await act(() => {
    vi.advanceTimersByTime(250);
    field().value = "jkmn";
    field().dispatchEvent(new InputEvent("input", { bubbles: true }));
  });
  await act(() => void vi.advanceTimersByTime(16));
  expect(field().value).toBe("jkmn");
  await act(() => void vi.advanceTimersByTime(250));
  expect(selection.value.search).toBe("jkmn");
  expect(field().value).toBe("jkmn");
});

test("a search that is taken off elsewhere leaves the field", async () => {
  await type("moon");
  await act(() => void vi.advanceTimersByTime(250));
  expect(selection.value.search).toBe("moon");
  await act(() => select({ search: "" }));
  expect(field().value).toBe("");
});

test("Enter asks at once, Escape empties", async () => {
  await type("moon");
  await act(() => void field().dispatchEvent(new KeyboardEvent("keydown", { key: "Enter", bubbles: true })));
  expect(selection.value.search).toBe("moon");
  await act(() => void field().dispatchEvent(new KeyboardEvent("keydown", { key: "Escape", bubbles: true })));
  expect(selection.value.search).toBe("");
  expect(field().value).toBe("");
});
