import { expect, test, vi } from "vitest";
import type { Samples } from "../../../src/api/answers";
import { fetchAhead, fetchedAhead } from "../../../src/views/samples/ahead";

const answer = (total: number): Samples => ({ total, columns: {} });

test("an answer is fetched once and kept for whoever asks", async () => {
  const load = vi.fn(async () => answer(1));
  fetchAhead("a", load);
  fetchAhead("a", load);
  expect(load).toHaveBeenCalledTimes(1);
  expect(await fetchedAhead("a")).toEqual(answer(1));
  expect(fetchedAhead("other")).toBeUndefined();
});

test("a failed one is forgotten, so that asking really asks", async () => {
  fetchAhead("bad", () => Promise.reject(new Error("no")));
  await expect(fetchedAhead("bad")).rejects.toThrow("no");
  expect(fetchedAhead("bad")).toBeUndefined();
});

test("the oldest makes room", () => {
  for (const key of ["1", "2", "3", "4", "5"]) fetchAhead(key, async () => answer(0));
  expect(fetchedAhead("1")).toBeUndefined();
  expect(fetchedAhead("5")).toBeDefined();
});
