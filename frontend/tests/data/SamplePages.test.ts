import { expect, test } from "vitest";
import type { Samples } from "../../src/api/answers";
import { ApiError } from "../../src/api/errors";
import { cellOf, idOf, type LoadPage, PAGE_ROWS, SamplePages } from "../../src/data/questions/SamplePages";

/** A list of `total` samples, ids by name and place; counts what was asked. */
function source(name: string, total: number, asked: number[]): LoadPage {
  return async (offset, limit): Promise<Samples> => {
    asked.push(offset);
    const length = Math.max(0, Math.min(limit, total - offset));
    const ids = Array.from({ length }, (_, at) => `${name}${offset + at}`);
    return { total, columns: { id: ids, reward: ids.map((_, at) => offset + at) } };
  };
}

function idAt(pages: SamplePages, row: number): string | undefined {
  const found = pages.rows.value[row];
  return found && idOf(found);
}

test("the first question loads the first page only", async () => {
  const pages = new SamplePages();
  const asked: number[] = [];
  await pages.show("q", source("a", 1000, asked));
  expect(asked).toEqual([0]);
  expect(pages.total.value).toBe(1000);
  expect(idAt(pages, PAGE_ROWS - 1)).toBe("a99");
  expect(idAt(pages, PAGE_ROWS)).toBeUndefined();
  const row = pages.rows.value[7];
  expect(row && cellOf(row, "reward")).toBe(7);
  expect(row && cellOf(row, "no such column")).toBeNull();
});

test("rows on screen bring their pages, each once", async () => {
  const pages = new SamplePages();
  const asked: number[] = [];
  await pages.show("q", source("a", 1000, asked));
  pages.showRows(450, 520);
  pages.showRows(451, 521);
  await pages.loadRow(470);
  await pages.loadRow(519);
  expect(asked).toEqual([0, 400, 500]);
  expect(idAt(pages, 519)).toBe("a519");
  expect(idAt(pages, 300)).toBeUndefined();
});

test("the old rows stay until the answer to another question, which starts at its top", async () => {
  const pages = new SamplePages();
  await pages.show("q", source("a", 1000, []));
  pages.showRows(450, 460);
  await pages.loadRow(450);
  const asked: number[] = [];
  const answered = pages.show("r", source("b", 5, asked));
  expect(idAt(pages, 450)).toBe("a450");
  expect(pages.listKey.value).toBe("q");
  await answered;
  expect(asked).toEqual([0]);
  expect(pages.listKey.value).toBe("r");
  expect(idAt(pages, 0)).toBe("b0");
  expect(pages.rows.value).toHaveLength(5);
});

test("the same question again renews the rows on screen in place", async () => {
  const pages = new SamplePages();
  await pages.show("q", source("a", 1000, []));
  pages.showRows(450, 520);
  await pages.loadRow(450);
  const asked: number[] = [];
  await pages.show("q", source("b", 1001, asked));
  expect(asked).toEqual([400, 500]);
  expect(idAt(pages, 455)).toBe("b455");
  expect(pages.total.value).toBe(1001);
});

test("an answer that comes too late is dropped", async () => {
  const pages = new SamplePages();
  let finish: (answer: Samples) => void = () => undefined;
  const slow = pages.show("slow", () => new Promise((done) => (finish = done)));
  await pages.show("fast", source("b", 1, []));
  finish({ total: 1, columns: { id: ["late"] } });
  await slow;
  expect(idAt(pages, 0)).toBe("b0");
  expect(pages.listKey.value).toBe("fast");
});

test("a failure stands beside the old rows and goes with the next answer", async () => {
  const pages = new SamplePages();
  await pages.show("q", source("a", 3, []));
  await pages.show("bad", () => Promise.reject(new ApiError(400, "not a regular expression", "samples")));
  expect(pages.error.value?.message).toBe("not a regular expression");
  expect(idAt(pages, 0)).toBe("a0");
  expect(pages.loading.value).toBe(false);
  await pages.show("q2", source("b", 3, []));
  expect(pages.error.value).toBeNull();
});

test("an empty answer has no rows", async () => {
  const pages = new SamplePages();
  await pages.show("q", source("a", 0, []));
  expect(pages.rows.value).toEqual([]);
  expect(pages.total.value).toBe(0);
});
