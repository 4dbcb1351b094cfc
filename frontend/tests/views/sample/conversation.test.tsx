// @vitest-environment jsdom

/** A sample's messages: as a conversation and as text, hostile ones as text, long ones folded, by keyboard as well. */

import { render } from "preact";
import { act } from "preact/test-utils";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { Message, Sample } from "../../../src/api/answers";
import { revision } from "../../../src/data/revision";
import { setLanguage } from "../../../src/i18n";
import { select, selection } from "../../../src/state/selection";
import { conversationText } from "../../../src/views/sample/conversation/messageText";
import { chosenMode } from "../../../src/views/sample/conversation/readingMode";
import { SampleDrawer } from "../../../src/views/sample/SampleDrawer";
import { HOSTILE, metric, sampleOf, withTokens } from "../../fixtures";
import { byTestId, nextRevision, press, settle, stubLayout, violations } from "../../page";
import { say } from "./messages";

vi.mock("uplot", () => ({ default: class {} }));
vi.mock("../../../src/ui/styles", () => ({ adoptStyles: () => undefined }));

const LONG = `start ${"word ".repeat(400)}end`;

const TALK: Message[] = [
  say("system", LONG),
  say("user", HOSTILE),
  say("assistant", "", {
    thinking: `<script>hidden</script> ${"hm ".repeat(200)}`,
    tool_calls: [{ name: HOSTILE, arguments: '{"q": "<b>月</b>"}' }],
    sampled: true,
  }),
  say("tool", "3 hits", { name: "search", tool_call_id: "call_1" }),
  say("assistant", "It is 42.", { sampled: true, reward: 0.5 }),
];

const NO_TOKENS = { response_tokens: [], raw_tokens: [], token_metrics: [], missing: {} };
const TOKENS = {
  response_tokens: ["It", " is", " 42."],
  raw_tokens: ["It", "Ġis", "Ġ42."],
  token_metrics: [metric("log_ratio", { kind: "signed" })],
};

let samples: Record<string, Sample>;
let place: HTMLElement;

beforeEach(() => {
  document.documentElement.lang = "en";
  document.title = "RL Board";
  stubLayout();
  samples = {
    plain: sampleOf("plain", { ...NO_TOKENS, messages: TALK }),
    tokens: sampleOf("tokens", { ...TOKENS, messages: TALK }),
    prompt: sampleOf("prompt", { ...TOKENS, messages: TALK.slice(0, 2) }),
    ids: sampleOf("ids", { ...TOKENS, response_tokens: ["#12", "#9", " x"], messages: null }),
  };
  vi.stubGlobal("fetch", async (question: string) => {
    const url = new URL(question, "http://x/");
    const found = samples[url.searchParams.get("id") ?? ""];
    return found === undefined ? new Response("", { status: 404 }) : withTokens(found, [0.5, -2, 1]);
  });
  chosenMode.value = "";
  revision.value = nextRevision();
  place = document.body.appendChild(document.createElement("main"));
});

afterEach(() => {
  act(() => render(null, place));
  place.remove();
  setLanguage("en");
});

const messages = (): HTMLElement[] => [...place.querySelectorAll<HTMLElement>("[data-testid=message]")];

async function open(id: string, token: number | null = null): Promise<void> {
  select({ run: "demo", sample: id, metric: "" });
  select({ token });
  await act(() => render(<SampleDrawer />, place));
  await settle();
}

function button(within: HTMLElement | undefined, words: string): HTMLButtonElement {
  const all = [...(within ?? place).querySelectorAll("button")];
  const found = all.find((one) => one.textContent?.includes(words));
  if (found === undefined) throw new Error(`no button says ${words}`);
  return found;
}

describe("the conversation", () => {
  it("shows roles, names, calls and who was sampled; hostile texts are texts", async () => {
    await open("plain");
    expect(messages().map((one) => one.dataset["role"])).toEqual(TALK.map(({ role }) => role));
    expect(messages().map((one) => one.dataset["sampled"])).toEqual([
      "false",
      "false",
      "true",
      "false",
      "true",
    ]);
    expect(place.querySelectorAll("img, script, b")).toHaveLength(0);
    expect(messages()[1]?.textContent).toContain(HOSTILE);
    expect(byTestId("tool-call")?.textContent).toContain(HOSTILE);
    expect(byTestId("tool-call")?.textContent).toContain('{"q": "<b>月</b>"}');
    expect(messages()[3]?.textContent).toContain("search");
    expect(messages()[3]?.textContent).toContain("call_1");
    expect(messages().map((one) => one.querySelector('[data-testid="turn-reward"]')?.textContent)).toEqual([
      undefined,
      undefined,
      undefined,
      undefined,
      "reward 0.5",
    ]);
    expect(byTestId("conversation")?.textContent).toContain("5 messages, 2 of them sampled");
    // The response is one of the messages, and not said twice.
    expect(byTestId("plain-response")).toBeNull();
    expect(await violations()).toEqual([]);
  });

  it("folds the middle of a long message, says how much it is, and opens it", async () => {
    await open("plain");
    const [first] = messages();
    expect(first?.textContent).toContain("start");
    expect(first?.textContent).toContain("end");
    expect(first?.textContent).not.toContain(LONG);
    const more = button(first, "more characters");
    expect(more.textContent).toBe(`⋯ ${(LONG.length - 300).toLocaleString("en-US")} more characters ⋯`);
    expect(more.getAttribute("aria-expanded")).toBe("false");
    await act(() => more.click());
    expect(more.getAttribute("aria-expanded")).toBe("true");
    expect(first?.textContent).toContain(LONG);
    await act(() => button(first, "fold").click());
    expect(first?.textContent).not.toContain(LONG);
  });

  it("folds thinking to a glimpse that can be opened", async () => {
    await open("plain");
    const toggle = button(byTestId("thinking") ?? undefined, "thinking");
    expect(toggle.getAttribute("aria-expanded")).toBe("false");
    expect(byTestId("thinking")?.textContent).toContain("<script>hidden</script>");
    await act(() => toggle.click());
    expect(byTestId("thinking")?.querySelector(".text")?.textContent).toBe(TALK[2]?.thinking);
  });

  it("opens and folds everything at once", async () => {
    await open("plain");
    await act(() => byTestId("fold-all")?.click());
    expect(messages()[0]?.textContent).toContain(LONG);
    expect(byTestId("thinking")?.querySelector("button")?.getAttribute("aria-expanded")).toBe("true");
    await act(() => byTestId("fold-all")?.click());
    expect(messages()[0]?.textContent).not.toContain(LONG);
  });

  it("is copied as text", async () => {
    const writeText = vi.fn(async () => undefined);
    vi.stubGlobal("navigator", { ...navigator, clipboard: { writeText } });
    await open("plain");
    await act(() => button(byTestId("conversation")?.querySelector("header") ?? undefined, "copy").click());
    expect(writeText).toHaveBeenCalledWith(conversationText(TALK));
  });

  it("speaks Chinese", async () => {
    setLanguage("zh");
    await open("plain");
    expect(byTestId("conversation")?.textContent).toContain("5 条消息");
    expect(place.textContent).not.toMatch(/\bconversation\.\w/);
  });
});

describe("conversation and text", () => {
  it("are switched by key and by button, and the choice is remembered", async () => {
    await open("plain");
    await press("v");
    expect(byTestId("conversation")).toBeNull();
    expect(byTestId("plain-response")).not.toBeNull();
    expect(chosenMode.value).toBe("text");
    expect(localStorage.getItem("rlboard.sample.mode")).toBe('"text"');
    expect(byTestId("mode-text")?.getAttribute("aria-pressed")).toBe("true");
    await act(() => byTestId("mode-conversation")?.click());
    expect(byTestId("conversation")).not.toBeNull();
  });

  it("coloured tokens come first where there are any, and the conversation is one key away", async () => {
    await open("tokens");
    expect(place.querySelectorAll("[data-testid=token]")).toHaveLength(3);
    expect(byTestId("conversation")).toBeNull();
    await press("v");
    expect(byTestId("conversation")).not.toBeNull();
    expect(place.querySelectorAll("[data-testid=token]")).toHaveLength(0);
    expect(byTestId("token-info")).toBeNull();
    // A key of the tokens leads back to them.
    await press("n");
    expect(place.querySelectorAll("[data-testid=token]")).toHaveLength(3);
    expect(document.activeElement?.textContent).toBe("It");
  });

  it("a link to a token shows the token whatever was remembered; the switch lets go of it", async () => {
    chosenMode.value = "conversation";
    await open("tokens", 1);
    expect(place.querySelectorAll("[data-testid=token]")).toHaveLength(3);
    await act(() => byTestId("mode-conversation")?.click());
    expect(selection.value.token).toBeNull();
    expect(byTestId("conversation")).not.toBeNull();
  });

  it("messages of the prompt alone leave the response where it is", async () => {
    chosenMode.value = "conversation";
    await open("prompt");
    expect(messages()).toHaveLength(2);
    expect(place.querySelectorAll("[data-testid=token]")).toHaveLength(3);
    expect(byTestId("token-info")).not.toBeNull();
  });

  it("a sample without messages has neither", async () => {
    await open("ids");
    expect(byTestId("mode-text")).toBeNull();
    await press("v");
    expect(byTestId("conversation")).toBeNull();
  });
});

describe("the parts of it", () => {
  it("a very long text is laid out in pieces and is still the text", async () => {
    const endless = `${"a line of text <b>\n".repeat(4000)}end`;
    samples["plain"] = sampleOf("plain", { ...NO_TOKENS, messages: [say("assistant", endless)] });
    await open("plain");
    await act(() => byTestId("fold-all")?.click());
    const text = messages()[0]?.querySelector(".text");
    expect(text?.textContent).toBe(endless);
    expect(text?.children.length).toBeGreaterThan(10);
    expect(place.querySelectorAll("b")).toHaveLength(0);
  });

  it("ids without text say how to get some", async () => {
    await open("ids");
    expect(byTestId("undecoded")?.textContent).toContain("tokenizer.json");
    expect(byTestId("undecoded")?.textContent).toContain("pip install tokenizers");
    // The log has the response as a text, so that can be read meanwhile.
    expect(byTestId("undecoded")?.textContent).toContain("It is 42.");
    samples["ids"] = sampleOf("ids", {
      ...TOKENS,
      response_tokens: ["#12", "#9", "#3"],
      texts: { response: { raw: "#12#9#3", shown: "#12#9#3" } },
    });
    await act(() => {
      revision.value = "later";
    });
    await settle();
    expect(byTestId("undecoded")?.textContent).not.toContain("#12#9#3");
  });
});
