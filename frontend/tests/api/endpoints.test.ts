import { afterEach, expect, test, vi } from "vitest";
import * as endpoints from "../../src/api/endpoints";
import { ApiError } from "../../src/api/errors";
import { questionUrl } from "../../src/api/request";
import { metric, sampleOf, withTokens } from "../fixtures";

function answer(body: BodyInit, init: ResponseInit = {}): void {
  vi.stubGlobal(
    "fetch",
    vi.fn(async () => {
      const response = new Response(body, init);
      // A page has one `SyntaxError`; Node's own parser would throw that of the world outside the test's.
      response.json = async () => JSON.parse(await response.text());
      return response;
    }),
  );
}

afterEach(() => vi.unstubAllGlobals());

test("arguments that say nothing are left out, lists are repeated, texts are encoded", () => {
  expect(questionUrl("runs", {})).toBe("runs");
  expect(
    questionUrl("samples", { run: "a/b c", step: 0, attempt: null, search: "", regex: false, in: [] }),
  ).toBe("samples?run=a%2Fb+c&step=0");
  expect(questionUrl("steps", { metrics: ["reward", "k3_mean"], regex: true, search: "春&=#" })).toBe(
    "steps?metrics=reward&metrics=k3_mean&regex=true&search=%E6%98%A5%26%3D%23",
  );
});

test("runs come with the index's revision", async () => {
  answer('{"runs": [], "ignored": [], "looked_in": ["/logs"], "state": "ready"}', {
    headers: { "X-RLBoard-Revision": "r7" },
  });
  expect(await endpoints.runs({})).toEqual({
    runs: [],
    ignored: [],
    looked_in: ["/logs"],
    state: "ready",
    message: "",
    settings_problems: [],
    revision: "r7",
  });
});

test("the server's own sentence is the message of a refusal", async () => {
  answer("search: unbalanced bracket at 3\n", { status: 400 });
  const failure = endpoints.samples({ run: "." });
  await expect(failure).rejects.toThrow("search: unbalanced bracket at 3");
  await expect(failure).rejects.toMatchObject({ status: 400, question: "samples?run=." });
});

test("an answer that is not understood is an error that says where", async () => {
  answer('{"runs": [{"run": 1}], "state": "ready"}');
  await expect(endpoints.runs({})).rejects.toThrow(".runs[0].run: expected text, found 1");
  answer("<html>");
  await expect(endpoints.runs({})).rejects.toBeInstanceOf(ApiError);
});

test("a server that is not reached has status 0, a withdrawn question stays an AbortError", async () => {
  vi.stubGlobal("fetch", () => Promise.reject(new TypeError("Failed to fetch")));
  await expect(endpoints.runs({})).rejects.toMatchObject({ status: 0, message: "Failed to fetch" });
  vi.stubGlobal("fetch", () => Promise.reject(new DOMException("gone", "AbortError")));
  await expect(endpoints.runs({})).rejects.toMatchObject({ name: "AbortError" });
});

/** Two token metrics of the three tokens of a text whose bytes are no multiple of four. */
const THREE_TOKENS = sampleOf("x", {
  response_tokens: ["春", " is", "…"],
  raw_tokens: ["春", " is", "…"],
  token_metrics: [metric("logprobs"), metric("k3")],
});

test("a sample comes with its token metrics as rows of float32, NaN included", async () => {
  vi.stubGlobal("fetch", async () => withTokens(THREE_TOKENS, [1, 2, Number.NaN, 4, 5, 6]));
  const { sample, rows } = await endpoints.sampleWithTokens({ run: ".", id: "x" });
  expect(sample).toEqual(THREE_TOKENS);
  expect(Array.isArray(rows) && rows.map((row) => [...row])).toEqual([
    [1, 2, Number.NaN],
    [4, 5, 6],
  ]);
});

test("a sample without tokens has no rows", async () => {
  vi.stubGlobal("fetch", async () => withTokens(sampleOf("x", { token_metrics: [metric("k3")] }), []));
  expect((await endpoints.sampleWithTokens({ run: ".", id: "x" })).rows).toEqual([]);
});

test("a question for a place on the screen says who asks and for which place", async () => {
  const asked: HeadersInit[] = [];
  vi.stubGlobal("fetch", async (_: string, init: RequestInit) => {
    asked.push(init.headers ?? {});
    return Response.json({ total: 0, columns: {} });
  });
  await endpoints.samples({ run: "." }, { place: "table 0" });
  await endpoints.samples({ run: "." }, { place: "table 0" });
  await endpoints.samples({ run: "." });
  expect(asked[0]).toMatchObject({ "X-RLBoard-Place": "table 0" });
  const [first, second] = [new Headers(asked[0]), new Headers(asked[1])];
  expect(first.get("X-RLBoard-Client")).not.toBe("");
  expect(second.get("X-RLBoard-Client")).toBe(first.get("X-RLBoard-Client"));
  expect(Number(first.get("X-RLBoard-Order"))).toBeGreaterThan(0);
  expect(Number(second.get("X-RLBoard-Order"))).toBe(Number(first.get("X-RLBoard-Order")) + 1);
  expect(asked[2]).toEqual({});
});

test("token metrics of another length than announced are refused, and the sample is shown", async () => {
  vi.stubGlobal("fetch", async () => withTokens(THREE_TOKENS, [1, 2, 3]));
  const { sample, rows } = await endpoints.sampleWithTokens({ run: ".", id: "x" });
  expect(sample.id).toBe("x");
  expect(rows).toMatchObject({ message: "expected 24 bytes of token metrics, found 12" });
});

test("a sample that is cut off, or none at all, is an error", async () => {
  for (const bytes of [[], [8, 0, 0, 0, 123, 125]]) {
    answer(Uint8Array.from(bytes));
    await expect(endpoints.sampleWithTokens({ run: ".", id: "x" })).rejects.toBeInstanceOf(ApiError);
  }
});
