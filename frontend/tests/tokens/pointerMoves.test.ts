// @vitest-environment jsdom

import { expect, test } from "vitest";
import { pointerMoved } from "../../src/tokens/shared/pointerMoves";

const at = (screenX: number, screenY: number): MouseEvent =>
  new MouseEvent("mouseover", { screenX, screenY });

test("a pointer that rests has not moved, whatever scrolls under it", () => {
  expect(pointerMoved(at(10, 20))).toBe(true);
  expect(pointerMoved(at(10, 20))).toBe(false);
  expect(pointerMoved(at(10, 21))).toBe(true);
  expect(pointerMoved(at(9, 21))).toBe(true);
});
