// @vitest-environment jsdom
import { beforeEach, describe, expect, it, vi } from "vitest";
import { intoView } from "../../src/tokens/text/intoView";

describe("what is brought into view", () => {
  const frames: FrameRequestCallback[] = [];
  const element = () => Object.assign(document.createElement("span"), { scrollIntoView: vi.fn() });
  const nextFrame = () => {
    for (const call of frames.splice(0)) call(0);
  };

  beforeEach(() => {
    frames.length = 0;
    vi.stubGlobal("requestAnimationFrame", (call: FrameRequestCallback) => frames.push(call));
  });

  it("is scrolled to at once, and again when what came along has its own height", () => {
    const token = element();
    intoView()(token);
    expect(token.scrollIntoView).toHaveBeenCalledTimes(1);
    nextFrame();
    expect(token.scrollIntoView).toHaveBeenCalledTimes(1);
    nextFrame();
    expect(token.scrollIntoView).toHaveBeenCalledTimes(2);
    expect(frames).toEqual([]);
  });

  it.each([
    ["another one", element],
    ["nothing", () => null],
  ])("is left for %s", (_, later) => {
    const token = element();
    const bring = intoView();
    bring(token);
    bring(later());
    nextFrame();
    nextFrame();
    expect(token.scrollIntoView).toHaveBeenCalledTimes(1);
  });
});
