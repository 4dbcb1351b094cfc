// @vitest-environment jsdom

import { render } from "preact";
import { act } from "preact/test-utils";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { Column } from "../../src/ui/table/columns";
import { nextSort } from "../../src/ui/table/columns";
import { VirtualTable, type VirtualTableProps } from "../../src/ui/table/VirtualTable";

interface Item {
  id: string;
  size: number;
}

const columns: Column<Item>[] = [
  { name: "id", title: "Name", width: 100, cell: (item) => item.id },
  { name: "size", title: "Size", width: 80, align: "end", cell: (item) => item.size },
];

let root: HTMLElement;

const base: VirtualTableProps<Item> = {
  label: "Things",
  columns,
  total: 10_000,
  row: (index) => (index < 500 ? { id: `item ${index}`, size: index } : undefined),
  id: (item) => item.id,
  open: -1,
  onOpen: () => undefined,
  active: 0,
  onActive: () => undefined,
  sort: "",
  order: "desc",
  onSort: () => undefined,
  onVisible: () => undefined,
  question: "q",
  rowTestId: "thing",
};

const show = (props: Partial<VirtualTableProps<Item>> = {}): Promise<void> =>
  act(() => render(<VirtualTable {...base} {...props} />, root));

function grid(): HTMLElement {
  const found = root.querySelector<HTMLElement>("[role=grid]");
  if (found === null) throw new Error("no grid");
  return found;
}

const things = (): HTMLElement[] => [...root.querySelectorAll<HTMLElement>("[data-testid=thing]")];

function press(key: string): void {
  grid().dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true }));
}

beforeEach(() => {
  root = document.body.appendChild(document.createElement("div"));
});

afterEach(async () => {
  await act(() => render(null, root));
  root.remove();
});

test("draws the rows on screen only, and says how many there are", async () => {
  await show();
  expect(grid().getAttribute("aria-rowcount")).toBe("10001");
  expect(things().length).toBeGreaterThan(10);
  expect(things().length).toBeLessThan(60);
  expect(things()[0]?.dataset["id"]).toBe("item 0");
  expect(things()[0]?.getAttribute("aria-rowindex")).toBe("2");
});

test("scrolling draws other rows and asks for them; a row on its way is a place", async () => {
  const onVisible = vi.fn();
  await show({ onVisible });
  await act(() => {
    grid().scrollTop = 24 * 700;
    grid().dispatchEvent(new Event("scroll"));
  });
  expect(onVisible.mock.lastCall?.[0]).toBeGreaterThan(600);
  expect(things()[0]?.textContent).toBe("…");
  expect(things()[0]?.dataset["id"]).toBeUndefined();
});

const ids = (): (string | undefined)[] => things().map((row) => row.dataset["id"]);
const nextFrame = (): Promise<void> =>
  act(() => new Promise((resolve) => requestAnimationFrame(() => resolve())));

test("of the rows that a jump brings a dozen is drawn with each frame; another question has all at once", async () => {
  await show();
  expect(ids()).not.toContain(undefined);
  await act(() => {
    grid().scrollTop = 24 * 300;
    grid().dispatchEvent(new Event("scroll"));
  });
  expect(ids().filter((id) => id !== undefined).length % 12).toBe(0);
  expect(ids()).toContain(undefined);
  for (let frames = 0; frames < 4; frames += 1) await nextFrame();
  expect(ids()).toEqual(Array.from({ length: things().length }, (_, i) => `item ${294 + i}`));
  await show({ question: "another", row: (index) => ({ id: `other ${index}`, size: 0 }) });
  expect(ids()).toEqual(Array.from({ length: things().length }, (_, i) => `other ${294 + i}`));
});

test("rows that stay on screen, and a few that come, are drawn with the scroll", async () => {
  await show();
  await act(() => {
    grid().scrollTop = 24 * 10;
    grid().dispatchEvent(new Event("scroll"));
  });
  expect(ids()).not.toContain(undefined);
});

test("sorting says so to listeners, and asks by a click", async () => {
  const onSort = vi.fn();
  await show({ sort: "size", order: "asc", onSort });
  const heads = [...root.querySelectorAll("[role=columnheader]")];
  expect(heads.map((head) => head.getAttribute("aria-sort"))).toEqual(["none", "ascending"]);
  root.querySelector<HTMLElement>("[data-testid=col-head-id]")?.click();
  expect(onSort).toHaveBeenLastCalledWith("id", "asc");
});

test("numbers are sorted largest first, texts from a to z, then the other way, then not", () => {
  const [text, number] = columns as unknown as Column<never>[];
  if (text === undefined || number === undefined) throw new Error("two columns");
  expect(nextSort(number, "", "desc")).toEqual({ name: "size", order: "desc" });
  expect(nextSort(number, "size", "desc")).toEqual({ name: "size", order: "asc" });
  expect(nextSort(number, "size", "asc")).toEqual({ name: "", order: "desc" });
  expect(nextSort(text, "size", "asc")).toEqual({ name: "id", order: "asc" });
});

test("the keyboard walks and opens", async () => {
  const onActive = vi.fn();
  const onOpen = vi.fn();
  await show({ active: 5, onActive, onOpen });
  press("ArrowDown");
  expect(onActive).toHaveBeenLastCalledWith(6);
  press("End");
  expect(onActive).toHaveBeenLastCalledWith(9999);
  press("Enter");
  expect(onOpen).toHaveBeenLastCalledWith(5);
  await show({ active: 0, onActive, onOpen });
  press("ArrowUp");
  expect(onActive).toHaveBeenLastCalledWith(0);
});

test("before the first key no row is marked, and the first ↓ marks the first row", async () => {
  const onActive = vi.fn();
  const onOpen = vi.fn();
  await show({ active: -1, onActive, onOpen });
  expect(root.querySelector(".row.active")).toBeNull();
  expect(grid().hasAttribute("aria-activedescendant")).toBe(false);
  press("Enter");
  expect(onOpen).not.toHaveBeenCalled();
  press("ArrowDown");
  expect(onActive).toHaveBeenLastCalledWith(0);
  await show({ active: 0, onActive, onOpen });
  expect(root.querySelector(".row.active")?.getAttribute("data-id")).toBe("item 0");
});

test("another list keeps the mark at its top, and makes none where there was none", async () => {
  const onActive = vi.fn();
  await show({ active: 7, onActive });
  await show({ active: 7, onActive, question: "other" });
  expect(onActive).toHaveBeenLastCalledWith(0);
  await show({ active: -1, onActive, question: "third" });
  expect(onActive).toHaveBeenLastCalledWith(-1);
});

test("the open row is marked, a click opens", async () => {
  const onOpen = vi.fn();
  await show({ open: 3, active: 3, onOpen });
  expect(
    things()
      .map((row) => row.getAttribute("aria-selected"))
      .indexOf("true"),
  ).toBe(3);
  things()[7]?.click();
  expect(onOpen).toHaveBeenLastCalledWith(7);
});

test("an open row far away is scrolled to", async () => {
  await show();
  await show({ open: 400 });
  expect(grid().scrollTop).toBeGreaterThan(24 * 300);
});

test("rows that come take the elements of those that left", async () => {
  await show();
  const before = new Set(things());
  await act(() => {
    grid().scrollTop = 24 * 20;
    grid().dispatchEvent(new Event("scroll"));
  });
  const now = things();
  expect(now[0]?.getAttribute("data-id")).toBe("item 14");
  expect(now.map((row) => row.getAttribute("aria-rowindex"))).toEqual(now.map((_, at) => String(at + 16)));
  expect(now.filter((row) => !before.has(row)).length).toBeLessThan(10);
});

test("the cursor moves over rows without drawing their cells anew; another row or column does", async () => {
  const rows = Array.from({ length: 10 }, (_, i) => ({ id: `item ${i}`, size: i }));
  const drawn: string[] = [];
  const kept = columns.map((column) => ({
    ...column,
    cell: (item: Item) => {
      drawn.push(`${item.id} ${column.name}`);
      return column.cell(item);
    },
  }));
  const table = { total: 10, row: (index: number) => rows[index], columns: kept };
  await show({ ...table, active: 0 });
  expect(drawn).toHaveLength(20);
  await show({ ...table, active: 1, open: 1 });
  expect(drawn).toHaveLength(20);
  expect(things().map((row) => row.className)).toEqual([
    "row",
    "row open active",
    ...Array.from({ length: 8 }, () => "row"),
  ]);
  expect(things()[1]?.textContent).toBe("item 11");
  const others = rows.with(1, { id: "another", size: 7 });
  const row = (index: number) => others[index];
  await show({ ...table, row, active: 1, open: 1 });
  expect(drawn.slice(20)).toEqual(["another id", "another size"]);
  expect(things()[1]?.textContent).toBe("another7");
  await show({ ...table, row, columns: kept.slice(1), active: 1 });
  expect(things()[1]?.textContent).toBe("7");
  expect(things()[2]?.textContent).toBe("2");
});
