// @vitest-environment jsdom

/** The prompt's tokens before the strip of a long response: their number, and what the log says of each. */

import { signal } from "@preact/signals";
import { render } from "preact";
import { act } from "preact/test-utils";
import { expect, test } from "vitest";
import { TokenViewState } from "../../src/tokens/shared/tokenViewState";
import { PromptBand, promptShare } from "../../src/tokens/strip/PromptBand";
import { data } from "./fixtures";

test("the prompt has its share of all tokens, and never most of the room", () => {
  expect(promptShare(100, 900)).toBe(10);
  expect(promptShare(4000, 400)).toBe(30);
  expect(promptShare(0, 0)).toBe(0);
});

function band(logprobs: Float32Array | null): HTMLElement {
  const root = document.createElement("div");
  const prompt = { shown: ["<s>", " why", "?"], logprobs };
  const viewState = new TokenViewState(data(["a"], { logprobs: [-1] }, { prompt }), signal(""));
  act(() => render(<PromptBand viewState={viewState} prompt={prompt} />, root));
  return root.querySelector<HTMLElement>("[data-testid=strip-prompt]") as HTMLElement;
}

test("it says how long it is and whether numbers are logged for it, and each token under the pointer", () => {
  const plain = band(null);
  expect(plain.textContent).toBe("prompt 3");
  expect(plain.title).toContain("3 tokens before the response");
  expect(plain.title).toContain("no number is logged");
  const numbers = band(Float32Array.from([Number.NaN, -0.5, -2]));
  expect(numbers.title).not.toContain("no number is logged");
  Object.defineProperty(numbers, "clientWidth", { value: 30 });
  const move = (offsetX: number): string => {
    const event = new Event("pointermove");
    Object.defineProperty(event, "offsetX", { value: offsetX });
    numbers.dispatchEvent(event);
    return numbers.title.split("\n")[1] ?? "";
  };
  expect(move(15)).toBe("2: ␣why -0.5");
  expect(move(1)).toBe("1: <s>");
});
