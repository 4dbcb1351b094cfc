import { signal } from "@preact/signals";
import { beforeEach, expect, test, vi } from "vitest";
import { SamplePages } from "../../src/data/questions/SamplePages";
import {
  cellOf,
  idOf,
  isOtherStep,
  PAGE_ROWS,
  pageOf,
  type SampleList,
  samplePage,
} from "../../src/data/questions/sampleList";
import { revision } from "../../src/data/revision";

const LIST = { run: "run", step: 1 };
const OTHER_LIST = { run: "run", step: 2 };

let indexes = 0;
beforeEach(() => {
  indexes += 1;
  revision.value = `index ${indexes}`;
});

/** A server whose lists have `total` samples, ids by `name` and place. Returns the offsets that it is asked for. */
function serve(name: string, total: number): number[] {
  const asked: number[] = [];
  vi.stubGlobal("fetch", async (url: string) => {
    const query = new URLSearchParams(url.split("?")[1]);
    const [offset, limit] = [Number(query.get("offset")), Number(query.get("limit"))];
    asked.push(offset);
    const length = Math.max(0, Math.min(limit, total - offset));
    const ids = Array.from({ length }, (_, at) => `${name}${offset + at}`);
    return Response.json({ total, columns: { id: ids, reward: ids.map((_, at) => offset + at) } });
  });
  return asked;
}

function idAt(pages: SamplePages, row: number): string | undefined {
  const found = pages.rows.value[row];
  return found && idOf(found);
}

/** Until nothing is under way. */
function settled(pages: SamplePages): Promise<void> {
  return vi.waitFor(() => expect(pages.loading.value).toBe(false), { interval: 1 });
}

async function show(pages: SamplePages, list: SampleList): Promise<void> {
  pages.show(list);
  await settled(pages);
}

test("the first question loads the first page only", async () => {
  const asked = serve("a", 1000);
  const pages = new SamplePages();
  await show(pages, LIST);
  expect(asked).toEqual([0]);
  expect(pages.total.value).toBe(1000);
  expect(idAt(pages, PAGE_ROWS - 1)).toBe("a99");
  expect(idAt(pages, PAGE_ROWS)).toBeUndefined();
  const row = pages.rows.value[7];
  expect(row && cellOf(row, "reward")).toBe(7);
  expect(row && cellOf(row, "no such column")).toBeNull();
});

test("a page says which list, which rows and which place on screen it is for", async () => {
  const asked: [string, HeadersInit | undefined][] = [];
  vi.stubGlobal("fetch", async (url: string, init: RequestInit) => {
    asked.push([url, init.headers]);
    return Response.json({ total: 300, columns: { id: Array.from({ length: 100 }, (_, at) => `a${at}`) } });
  });
  const pages = new SamplePages();
  await show(pages, { run: "run", step: 1, columns: ["reward"] });
  await pages.loadRow(150);
  expect(asked.map(([url]) => url)).toEqual([
    "samples?run=run&step=1&columns=reward&offset=0&limit=100",
    "samples?run=run&step=1&columns=reward&offset=100&limit=100",
  ]);
  expect(asked[0]?.[1]).toMatchObject({ "X-RLBoard-Place": "table 0" });
  expect(asked[1]?.[1]).toMatchObject({ "X-RLBoard-Place": "table 100" });
});

test("rows on screen bring their pages, each once", async () => {
  const asked = serve("a", 1000);
  const pages = new SamplePages();
  await show(pages, LIST);
  pages.showRows(450, 520);
  pages.showRows(451, 521);
  await pages.loadRow(470);
  await pages.loadRow(519);
  expect(asked).toEqual([0, 400, 500]);
  expect(idAt(pages, 519)).toBe("a519");
  expect(idAt(pages, 300)).toBeUndefined();
});

test("the old rows stay until the answer to another question, which starts at its top", async () => {
  serve("a", 1000);
  const pages = new SamplePages();
  await show(pages, LIST);
  pages.showRows(450, 460);
  await pages.loadRow(450);
  const asked = serve("b", 5);
  pages.show(OTHER_LIST);
  expect(idAt(pages, 450)).toBe("a450");
  expect([pages.isShowing(LIST), pages.isShowing(OTHER_LIST)]).toEqual([true, false]);
  await settled(pages);
  expect(asked).toEqual([0]);
  expect([pages.isShowing(LIST), pages.isShowing(OTHER_LIST)]).toEqual([false, true]);
  expect(idAt(pages, 0)).toBe("b0");
  expect(pages.rows.value).toHaveLength(5);
});

test("the same question again renews the rows on screen in place", async () => {
  serve("a", 1000);
  const pages = new SamplePages();
  await show(pages, LIST);
  pages.showRows(450, 520);
  await pages.loadRow(450);
  const asked = serve("b", 1001);
  revision.value = "grown";
  await show(pages, { ...LIST });
  expect(asked).toEqual([400]);
  expect(idAt(pages, 455)).toBe("b455");
  expect(idAt(pages, 519)).toBe("b519");
  expect(pages.total.value).toBe(1001);
});

test("of rows on screen that are more than one answer holds, the others follow", async () => {
  serve("a", 1000);
  const pages = new SamplePages();
  await show(pages, LIST);
  pages.showRows(10, 620);
  await vi.waitFor(() => expect(idAt(pages, 619)).toBe("a619"));
  const asked = serve("b", 1000);
  revision.value = "grown";
  await show(pages, LIST);
  expect(idAt(pages, 499)).toBe("b499");
  await vi.waitFor(() => expect(idAt(pages, 619)).toBe("b619"));
  expect(asked).toEqual([0, 500, 600]);
});

test("pages are asked for as many together as one answer holds", () => {
  const asked = (first: number, end?: number) => {
    const { offset, limit } = pageOf(LIST, first, end);
    return [offset, limit];
  };
  expect(asked(0)).toEqual([0, 100]);
  expect(asked(199)).toEqual([100, 100]);
  expect(asked(199, 201)).toEqual([100, 200]);
  expect(asked(150, 900)).toEqual([100, 500]);
});

test("the first page of a list is the one that was fetched ahead, further ones are asked for", async () => {
  serve("ahead", 150);
  const ahead = { run: "run", step: 3 };
  await samplePage.fetch({ ...ahead, offset: 0, limit: PAGE_ROWS });
  const asked = serve("b", 150);
  const pages = new SamplePages();
  await show(pages, { ...ahead });
  expect(asked).toEqual([]);
  expect(idAt(pages, 0)).toBe("ahead0");
  await pages.loadRow(120);
  expect(asked).toEqual([100]);
  expect(idAt(pages, 120)).toBe("b120");
  await show(pages, LIST);
  expect(idAt(pages, 0)).toBe("b0");
});

test("an answer that comes too late is dropped", async () => {
  const pages = new SamplePages();
  let finish: (answer: Response) => void = () => undefined;
  vi.stubGlobal("fetch", () => new Promise((done) => (finish = done)));
  pages.show(LIST);
  serve("b", 1);
  await show(pages, OTHER_LIST);
  finish(Response.json({ total: 1, columns: { id: ["late"] } }));
  await new Promise((done) => setTimeout(done));
  expect(idAt(pages, 0)).toBe("b0");
  expect(pages.isShowing(OTHER_LIST)).toBe(true);
});

test("a failure stands beside the old rows and goes with the next answer", async () => {
  serve("a", 3);
  const pages = new SamplePages();
  await show(pages, LIST);
  vi.stubGlobal("fetch", async () => new Response("not a regular expression", { status: 400 }));
  await show(pages, { ...LIST, search: "(", regex: true });
  expect(pages.error.value?.message).toBe("not a regular expression");
  expect(idAt(pages, 0)).toBe("a0");
  expect(pages.loading.value).toBe(false);
  serve("b", 3);
  await show(pages, OTHER_LIST);
  expect(pages.error.value).toBeNull();
});

test("an empty answer has no rows", async () => {
  serve("a", 0);
  const pages = new SamplePages();
  await show(pages, LIST);
  expect(pages.rows.value).toEqual([]);
  expect(pages.total.value).toBe(0);
});

test("a list that was shown or fetched ahead is there at once and not asked for again", async () => {
  const asked = serve("a", 300);
  const pages = new SamplePages();
  await show(pages, LIST);
  await samplePage.fetch({ ...OTHER_LIST, offset: 0, limit: PAGE_ROWS });
  expect(asked).toEqual([0, 0]);
  for (const list of [OTHER_LIST, LIST]) {
    pages.show(list);
    expect(pages.isShowing(list)).toBe(true);
    expect(pages.loading.value).toBe(false);
    expect(idAt(pages, 0)).toBe("a0");
  }
  expect(asked).toEqual([0, 0]);
  revision.value = "grown";
  await show(pages, LIST);
  expect(asked).toEqual([0, 0, 0]);
});

test("an answer of an index that has changed meanwhile is not kept", async () => {
  const asked = serve("a", 300);
  const pages = new SamplePages();
  pages.show(LIST);
  revision.value = "changed";
  await settled(pages);
  await show(pages, LIST);
  expect(asked).toEqual([0, 0]);
});

test("steps that are passed by are not asked for", async () => {
  const asked = serve("a", 300);
  const pages = new SamplePages();
  await show(pages, LIST);
  for (const step of [2, 3, 4]) pages.show({ run: "run", step });
  await settled(pages);
  expect(asked).toEqual([0, 0]);
  expect(pages.isShowing({ run: "run", step: 4 })).toBe(true);
});

test("another step is another list of the same kind", () => {
  expect(isOtherStep(LIST, OTHER_LIST)).toBe(true);
  expect(isOtherStep(LIST, LIST)).toBe(false);
  expect(isOtherStep(LIST, { ...OTHER_LIST, sort: "reward" })).toBe(false);
  expect(isOtherStep(null, LIST)).toBe(false);
});

test("a list is followed at once, and the index that it is of, until that is ended", async () => {
  const asked = serve("a", 3);
  const [pages, list] = [new SamplePages(), signal(LIST)];
  const unfollow = pages.follow(list);
  expect(asked).toEqual([0]);
  await vi.waitFor(() => expect(pages.isShowing(LIST)).toBe(true));
  revision.value = "a later index";
  expect(asked).toEqual([0, 0]);
  await vi.waitFor(() => expect(pages.loading.value).toBe(false));
  list.value = OTHER_LIST;
  await vi.waitFor(() => expect(pages.isShowing(OTHER_LIST)).toBe(true));
  unfollow();
  revision.value = "yet another index";
  list.value = LIST;
  expect(asked).toEqual([0, 0, 0]);
});

test("what is fetched ahead already is not waited for and not asked for again", async () => {
  const asked = serve("a", 3);
  const pages = new SamplePages();
  await show(pages, LIST);
  vi.useFakeTimers({ toFake: ["setTimeout"] });
  const ahead = samplePage.fetch({ ...OTHER_LIST, offset: 0, limit: PAGE_ROWS });
  pages.show(OTHER_LIST);
  await ahead;
  vi.useRealTimers();
  await settled(pages);
  expect(pages.isShowing(OTHER_LIST)).toBe(true);
  expect(asked).toEqual([0, 0]);
});
