// @vitest-environment jsdom

import { afterEach, beforeEach, expect, test } from "vitest";
import { scrollByKey } from "../../src/lib/scrollKeys";

let root: HTMLElement;

const PANE = `<div id="pane" tabindex="-1"><button>tool</button><input /><div id="small"></div>
  <div id="large"><button>inside</button></div></div>`;

const listen = (event: KeyboardEvent): void => scrollByKey(event, find("#pane"));

/** jsdom lays nothing out. */
function layOut(id: string, height: number, content: number): HTMLElement {
  const element = find(`#${id}`);
  element.style.overflowY = "auto";
  for (const [name, value] of [
    ["clientHeight", height],
    ["clientWidth", 100],
    ["scrollHeight", content],
  ] as const)
    Object.defineProperty(element, name, { value, configurable: true });
  return element;
}

function find(selector: string): HTMLElement {
  const found = root.querySelector<HTMLElement>(selector);
  if (found === null) throw new Error(`no ${selector}`);
  return found;
}

/** Whether the key was taken. */
function press(selector: string, key: string, more: KeyboardEventInit = {}): boolean {
  const event = new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true, ...more });
  find(selector).dispatchEvent(event);
  return event.defaultPrevented;
}

beforeEach(() => {
  root = document.body.appendChild(document.createElement("div"));
  root.innerHTML = PANE;
  document.addEventListener("keydown", listen);
  layOut("small", 50, 500);
  layOut("large", 200, 1000);
});

afterEach(() => {
  document.removeEventListener("keydown", listen);
  root.remove();
});

test("keys on the pane scroll the larger of its parts", () => {
  const large = find("#large");
  const after = (key: string): number => {
    expect(press("#pane", key)).toBe(true);
    return large.scrollTop;
  };
  expect(after("PageDown")).toBe(180);
  expect(after("ArrowDown")).toBe(220);
  expect(after("ArrowUp")).toBe(180);
  expect(after("PageUp")).toBe(0);
  expect(after("End")).toBeGreaterThanOrEqual(800);
  expect(find("#small").scrollTop).toBe(0);
});

test("a tool of the pane scrolls it as well, inside of what is scrolled it is the browser's to do", () => {
  expect(press("#pane > button", "PageDown")).toBe(true);
  expect(find("#large").scrollTop).toBe(180);
  expect(press("#large > button", "PageDown")).toBe(false);
});

test("fields, other keys and what somebody has taken are left alone", () => {
  expect(press("input", "End")).toBe(false);
  expect(press("#pane", "j")).toBe(false);
  expect(press("#pane", "PageDown", { ctrlKey: true })).toBe(false);
  find("#pane").addEventListener("keydown", (event) => event.preventDefault(), { once: true });
  press("#pane", "PageDown");
  expect(find("#large").scrollTop).toBe(0);
});

test("nothing is taken where everything is on screen", () => {
  layOut("small", 50, 50);
  layOut("large", 200, 200);
  expect(press("#pane", "PageDown")).toBe(false);
});
