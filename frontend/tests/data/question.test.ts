import { beforeEach, expect, test, vi } from "vitest";
import { Question } from "../../src/data/question";
import { revision } from "../../src/data/revision";

beforeEach(() => {
  revision.value = "r1";
});

/** A question about a number whose answer is that number. */
function echo(more: Partial<ConstructorParameters<typeof Question<number, number>>[0]> = {}) {
  const load = vi.fn(async (value: number) => value);
  return { load, question: new Question<number, number>({ name: "echo", load, ...more }) };
}

test("nothing is remembered unless the question says so", async () => {
  const { load, question } = echo();
  expect(await question.fetch(1)).toBe(1);
  await question.fetch(1);
  expect(load).toHaveBeenCalledTimes(2);
  expect(question.cachedPromise(1)).toBeUndefined();
});

test("a remembered answer is not asked for again", async () => {
  const { load, question } = echo({ cacheSize: 16 });
  await question.fetch(1);
  await question.fetch(2);
  expect(await question.fetch(1)).toBe(1);
  expect(load).toHaveBeenCalledTimes(2);
});

test("the answers used last are remembered, and none when the index changed", async () => {
  const { load, question } = echo({ cacheSize: 2 });
  for (const value of [1, 2, 1, 3]) await question.fetch(value);
  expect(load).toHaveBeenCalledTimes(3);
  expect(question.cachedPromise(2)).toBeUndefined();
  expect(await question.cachedPromise(1)).toBe(1);
  revision.value = "r2";
  expect(question.cachedPromise(1)).toBeUndefined();
  await question.fetch(1);
  expect(load).toHaveBeenCalledTimes(4);
});

test("sixteen steps are remembered, the first of seventeen is forgotten", async () => {
  const { load, question } = echo({ cacheSize: 16 });
  for (let step = 0; step <= 16; step += 1) await question.fetch(step);
  await question.fetch(16);
  expect(load).toHaveBeenCalledTimes(17);
  await question.fetch(0);
  expect(load).toHaveBeenCalledTimes(18);
});

test("what is passed by during the delay is not asked", async () => {
  const { load, question } = echo({ cacheSize: 16, delayMs: 40 });
  const control = new AbortController();
  const passed = question.fetch(3, control.signal);
  control.abort();
  await expect(passed).rejects.toMatchObject({ name: "AbortError", message: "dropped" });
  expect(load).not.toHaveBeenCalled();
});

test("a failure is not remembered", async () => {
  const load = vi.fn().mockRejectedValueOnce(new Error("busy")).mockResolvedValue(4);
  for (const outlivesAsker of [false, true]) {
    const question = new Question<number, number>({ name: "busy", load, cacheSize: 16, outlivesAsker });
    load.mockRejectedValueOnce(new Error("busy"));
    await expect(question.fetch(4)).rejects.toThrow("busy");
    load.mockReset().mockResolvedValue(4);
    expect(await question.fetch(4)).toBe(4);
  }
});

test("a question that outlives its asker is shared while it is under way and is never withdrawn", async () => {
  const { load, question } = echo({ cacheSize: 4, outlivesAsker: true });
  const control = new AbortController();
  question.prefetch(1, control.signal);
  control.abort();
  const underWay = question.cachedPromise(1);
  expect(await underWay).toBe(1);
  expect(await question.fetch(1)).toBe(1);
  expect(load).toHaveBeenCalledTimes(1);
  expect(load.mock.calls[0]).toEqual([1, { place: "" }]);
});

test("the oldest of what was fetched ahead makes room", async () => {
  const { question } = echo({ cacheSize: 4, outlivesAsker: true });
  for (const value of [1, 2, 3, 4, 5]) question.prefetch(value);
  expect(question.cachedPromise(1)).toBeUndefined();
  expect(question.cachedPromise(5)).toBeDefined();
});

test("a failed prefetch is silent, and asking really asks", async () => {
  const load = vi.fn().mockRejectedValueOnce(new Error("no")).mockResolvedValue(7);
  const question = new Question<number, number>({ name: "q", load, cacheSize: 4, outlivesAsker: true });
  question.prefetch(7);
  await expect(question.cachedPromise(7)).rejects.toThrow("no");
  expect(question.cachedPromise(7)).toBeUndefined();
  expect(await question.fetch(7)).toBe(7);
});

test("the place on screen goes to the server with the request", async () => {
  const load = vi.fn(async (value: number, _: object) => value);
  const control = new AbortController();
  await new Question<number, number>({ name: "q", load, place: "row" }).fetch(2, control.signal);
  expect(load.mock.calls[0]).toEqual([2, { signal: control.signal, place: "row" }]);
});

test("an asker who withdrew hears nothing; a failure comes as an ApiError that names the question", async () => {
  const { question } = echo();
  const answered = vi.fn();
  const failed = vi.fn();
  question.ask(1, answered, failed)();
  await new Promise((done) => setTimeout(done));
  expect(answered).not.toHaveBeenCalled();
  question.ask(1, answered, failed);
  await new Promise((done) => setTimeout(done));
  expect(answered).toHaveBeenCalledWith(1);
  const broken = new Question<number, number>({
    name: "broken",
    load: () => Promise.reject(new Error("no")),
  });
  broken.ask(5, answered, failed);
  await new Promise((done) => setTimeout(done));
  expect(failed.mock.calls[0]?.[0]).toMatchObject({ status: 0, message: "no", question: "broken 5" });
});

test("an answer is known once it is here, and is given at once then", async () => {
  const { load, question } = echo({ cacheSize: 2 });
  const asked = question.fetch(1);
  expect(question.cached(1)).toBeNull();
  await asked;
  expect(question.cached(1)).toEqual({ answer: 1 });
  const [answered, failed] = [vi.fn(), vi.fn()];
  question.ask(1, answered, failed);
  expect(answered).toHaveBeenLastCalledWith(1);
  expect(load).toHaveBeenCalledTimes(1);
  question.ask(2, answered, failed, { place: "elsewhere" });
  expect(answered).toHaveBeenCalledTimes(1);
  await vi.waitFor(() => expect(answered).toHaveBeenLastCalledWith(2));
  expect(load.mock.lastCall).toMatchObject([2, { place: "elsewhere" }]);
  revision.value = "r2";
  expect(question.cached(1)).toBeNull();
});

test("an answer that outlives its asker is asked for once, also while both wait", async () => {
  const { load, question } = echo({ cacheSize: 2, delayMs: 5, outlivesAsker: true });
  expect(await Promise.all([question.fetch(1), question.fetch(1)])).toEqual([1, 1]);
  expect(load).toHaveBeenCalledTimes(1);
  const control = new AbortController();
  const passed = question.fetch(2, control.signal);
  control.abort();
  await expect(passed).rejects.toMatchObject({ name: "AbortError" });
  expect(load).toHaveBeenCalledTimes(1);
});
