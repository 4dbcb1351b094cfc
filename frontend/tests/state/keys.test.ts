// @vitest-environment jsdom

import { afterEach, beforeEach, expect, test } from "vitest";
import { activeKeys, dispatchKey, type KeyMap, registerKeys } from "../../src/state/keys";

const stops: (() => void)[] = [];
let pressed: string[] = [];

function listen(scope: string, map: KeyMap): void {
  stops.push(registerKeys({ current: map }, scope));
}

function note(name: string): () => void {
  return () => {
    pressed.push(name);
  };
}

function press(key: string, on: Element = document.body, init: KeyboardEventInit = {}): KeyboardEvent {
  const event = new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true, ...init });
  on.dispatchEvent(event);
  return event;
}

beforeEach(() => {
  pressed = [];
  document.body.replaceChildren();
  document.addEventListener("keydown", dispatchKey);
});

afterEach(() => {
  for (const stop of stops.splice(0)) stop();
  document.removeEventListener("keydown", dispatchKey);
});

test("a key reaches its handler and is kept from the browser", () => {
  listen("shell", { j: note("j") });
  expect(press("j").defaultPrevented).toBe(true);
  expect(press("x").defaultPrevented).toBe(false);
  expect(pressed).toEqual(["j"]);
});

test("the innermost pane is asked first, whoever came first; false passes the key on", () => {
  listen("sample", { Escape: note("sample") });
  listen("shell", { Escape: note("shell") });
  listen("samples", { Escape: note("samples"), j: () => false });
  press("Escape");
  expect(pressed).toEqual(["sample"]);
  listen("shell", { j: note("shell j") });
  press("j");
  expect(pressed).toEqual(["sample", "shell j"]);
});

test("a key that nobody wanted stays with the browser", () => {
  listen("shell", { Escape: () => false });
  expect(press("Escape").defaultPrevented).toBe(false);
});

test.each(["input", "textarea", "select"])("no key is taken from a field: %s", (tag) => {
  listen("shell", { j: note("j") });
  const field = document.body.appendChild(document.createElement(tag));
  press("j", field);
  expect(pressed).toEqual([]);
});

test("a list of options keeps ↑ and ↓ and leaves ← and → to the steps, also at the first and the last one", () => {
  listen("shell", { ArrowLeft: note("left"), ArrowRight: () => false, ArrowDown: note("down") });
  const list = document.body.appendChild(document.createElement("select"));
  press("ArrowLeft", list);
  press("ArrowDown", list);
  expect(pressed).toEqual(["left"]);
  expect(press("ArrowRight", list).defaultPrevented).toBe(true);
});

test("a checkbox is no text field, editable text is one", () => {
  listen("shell", { j: note("j") });
  const box = document.body.appendChild(document.createElement("input"));
  box.type = "checkbox";
  press("j", box);
  expect(pressed).toEqual(["j"]);
  const editable = document.body.appendChild(document.createElement("div"));
  editable.setAttribute("contenteditable", "true");
  press("j", editable.appendChild(document.createElement("b")));
  expect(pressed).toEqual(["j"]);
});

test("no key is taken from an input method", () => {
  listen("shell", { j: note("j") });
  press("j", document.body, { isComposing: true });
  press("j", document.body, { keyCode: 229 });
  expect(pressed).toEqual([]);
});

test.each(["ctrlKey", "metaKey", "altKey"])("with %s a key means something else", (modifier) => {
  listen("shell", { j: note("j") });
  press("j", document.body, { [modifier]: true });
  expect(pressed).toEqual([]);
});

test("shift is part of the key: N is not n", () => {
  listen("shell", { n: note("n"), N: note("N") });
  press("N", document.body, { shiftKey: true });
  expect(pressed).toEqual(["N"]);
});

test("the help dialog is told who listens", () => {
  listen("shell", { p: note("p") });
  listen("sample", { n: note("n"), N: note("N") });
  expect(activeKeys()).toEqual([
    { scope: "sample", keys: ["n", "N"] },
    { scope: "shell", keys: ["p"] },
  ]);
});
