// @vitest-environment jsdom

/** What a popover is made of. Opening and closing are the browser's: `tests/e2e/page/test_popovers.py` has them. */

import { render } from "preact";
import { act } from "preact/test-utils";
import { afterEach, beforeEach, expect, test } from "vitest";
import { Popover } from "../../src/ui";
import { byTestId } from "../page";

let root: HTMLElement;

beforeEach(() => {
  root = document.body.appendChild(document.createElement("main"));
});

afterEach(() => {
  act(() => render(null, root));
  root.remove();
});

const show = (trigger: string): void => {
  const content = <input aria-label="inside" />;
  act(() =>
    render(
      <Popover trigger={trigger} label="What to show" testId="open">
        {content}
      </Popover>,
      root,
    ),
  );
};

/** What the browser tells of a sheet that it opens or closes. */
const toggle = (type: "beforetoggle" | "toggle", newState: "open" | "closed"): void => {
  act(() => {
    root.querySelector(".sheet")?.dispatchEvent(Object.assign(new Event(type), { newState }));
  });
};

test("the button opens the sheet beside it, which has its name", () => {
  show("Charts ▾");
  const sheet = root.querySelector(".sheet");
  expect(byTestId("open")?.getAttribute("popovertarget")).toBe(sheet?.id);
  expect(sheet?.getAttribute("popover")).toBe("auto");
  expect(sheet?.getAttribute("aria-label")).toBe("What to show");
});

test("a face with words is the button's name, a sign needs the label", () => {
  show("Charts ▾");
  expect(byTestId("open")?.hasAttribute("aria-label")).toBe(false);
  show("⚙");
  expect(byTestId("open")?.getAttribute("aria-label")).toBe("What to show");
});

test("content is there while the sheet is open, and until it is closed", () => {
  show("⚙");
  expect(root.querySelector("input")).toBeNull();
  toggle("beforetoggle", "open");
  expect(root.querySelector("input")).not.toBeNull();
  expect(byTestId("open")?.getAttribute("aria-expanded")).toBe("true");
  // The focus is still in it: the browser gives it back on closing.
  toggle("beforetoggle", "closed");
  expect(root.querySelector("input")).not.toBeNull();
  toggle("toggle", "closed");
  expect(root.querySelector("input")).toBeNull();
  expect(byTestId("open")?.getAttribute("aria-expanded")).toBe("false");
});
