// @vitest-environment jsdom

import { type ComponentChildren, createRef, type JSX, render } from "preact";
import { useRef } from "preact/hooks";
import { act } from "preact/test-utils";
import { afterEach, beforeEach, expect, test } from "vitest";
import { restoreFocusAfterChoices, useFocusReturn } from "../../src/state/viewFocus";

let root: HTMLElement;
let stop: () => void;

function Home(props: { id: string; scope: string; children?: ComponentChildren }): JSX.Element {
  const element = useRef<HTMLDivElement>(null);
  useFocusReturn(element, props.scope);
  return (
    <div id={props.id} ref={element} tabIndex={-1}>
      {props.children}
    </div>
  );
}

const show = (page: JSX.Element): Promise<void> => act(() => render(page, root));
const focused = (): string => document.activeElement?.id ?? "";

function find<T extends HTMLElement>(selector: string): T {
  const found = root.querySelector<T>(selector);
  if (found === null) throw new Error(`no ${selector}`);
  return found;
}

function key(target: HTMLElement, name: string): void {
  target.dispatchEvent(new KeyboardEvent("keydown", { key: name, bubbles: true, cancelable: true }));
}

function pointAt(target: HTMLElement): void {
  target.dispatchEvent(new Event("pointerdown", { bubbles: true }));
  target.focus();
}

beforeEach(() => {
  root = document.body.appendChild(document.createElement("div"));
  stop = restoreFocusAfterChoices();
});

afterEach(async () => {
  await act(() => render(null, root));
  root.remove();
  stop();
});

const page = (
  <Home id="pane" scope="shell">
    <select>
      <option>a</option>
      <option>b</option>
    </select>
    <input type="checkbox" />
    <input type="text" inputMode="numeric" />
    <button type="button" id="sort">
      sort
    </button>
    <Home id="table" scope="samples" />
  </Home>
);

test("a choice from a list gives the focus to the innermost pane; walking along the list by arrows keeps it", async () => {
  await show(page);
  const list = find("select");
  pointAt(list);
  list.dispatchEvent(new Event("change", { bubbles: true }));
  expect(focused()).toBe("table");
  list.focus();
  key(list, "ArrowDown");
  list.dispatchEvent(new Event("change", { bubbles: true }));
  expect(document.activeElement).toBe(list);
  key(list, "Escape");
  expect(focused()).toBe("table");
});

test("a checkbox that the pointer has ticked gives the focus back, one that Space has ticked keeps it", async () => {
  await show(page);
  const box = find("input");
  box.focus();
  key(box, " ");
  box.dispatchEvent(new Event("change", { bubbles: true }));
  expect(document.activeElement).toBe(box);
  pointAt(box);
  box.dispatchEvent(new Event("change", { bubbles: true }));
  expect(focused()).toBe("table");
});

test("a button keeps the focus only where a key has pressed it", async () => {
  await show(page);
  const button = find("#sort");
  button.focus();
  button.dispatchEvent(new MouseEvent("click", { bubbles: true, detail: 0 }));
  expect(focused()).toBe("sort");
  button.dispatchEvent(new MouseEvent("click", { bubbles: true, detail: 1 }));
  expect(focused()).toBe("table");
});

test("Enter ends the typing of a number, unless the field refuses it", async () => {
  await show(page);
  const field = find<HTMLInputElement>("[inputmode]");
  field.focus();
  field.setAttribute("aria-invalid", "true");
  key(field, "Enter");
  await new Promise((done) => setTimeout(done));
  expect(document.activeElement).toBe(field);
  field.setAttribute("aria-invalid", "false");
  key(field, "Enter");
  await new Promise((done) => setTimeout(done));
  expect(focused()).toBe("table");
});

test("what is chosen in a dialog leaves the focus there", async () => {
  const list = createRef<HTMLSelectElement>();
  await show(
    <Home id="pane" scope="shell">
      <dialog open>
        <select ref={list}>
          <option>a</option>
        </select>
      </dialog>
    </Home>,
  );
  list.current?.focus();
  list.current?.dispatchEvent(new Event("change", { bubbles: true }));
  expect(document.activeElement).toBe(list.current);
});

test("a pane that goes while it has the focus leaves it to the one around it", async () => {
  await show(page);
  find("#table").focus();
  await show(<Home id="pane" scope="shell" />);
  expect(focused()).toBe("pane");
});
