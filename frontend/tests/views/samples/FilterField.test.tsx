// @vitest-environment jsdom

/** The filter field, its chip, and what a filter does to the questions of the page. */

import { render } from "preact";
import { act } from "preact/test-utils";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { runs } from "../../../src/data/runs";
import { listScope, runScope, shownScope } from "../../../src/data/scopes";
import { steps } from "../../../src/data/steps";
import { StepBar } from "../../../src/shell/StepBar";
import { editFilter } from "../../../src/state/focusRequests";
import { DEFAULTS, select, selection } from "../../../src/state/selection";
import { FilterField } from "../../../src/views/samples/search/FilterField";
import { metric, runInfo } from "../../fixtures";
import { byTestId, runsAnswer, settle } from "../../page";

const info = runInfo({ metrics: [metric("reward")], attempts: [], steps: { count: 2, first: 1, last: 2 } });

let root: HTMLElement;
let asked: URL[] = [];
let refusal: string | null = null;

async function type(text: string, key?: string): Promise<void> {
  const field = byTestId<HTMLInputElement>("filter");
  await act(() => {
    field?.focus();
    if (field) field.value = text;
    field?.dispatchEvent(new InputEvent("input", { bubbles: true }));
  });
  if (key) await act(() => void field?.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true })));
  await settle();
}

beforeEach(async () => {
  asked = [];
  refusal = null;
  root = document.body.appendChild(document.createElement("div"));
  select({ ...DEFAULTS, view: "samples", run: "demo", step: 2 });
  runs.value = runsAnswer(info);
  steps.value = { step: [1, 2], metrics: {}, step_metrics: {} };
  vi.stubGlobal("fetch", async (question: string) => {
    asked.push(new URL(question, "http://host/"));
    return refusal === null
      ? Response.json({ total: 1, columns: { line: [1] } })
      : new Response(refusal, { status: 400 });
  });
  await act(() =>
    render(
      <>
        <StepBar />
        <FilterField />
      </>,
      root,
    ),
  );
});

afterEach(async () => {
  await act(() => render(null, root));
  root.remove();
  runs.value = null;
  steps.value = null;
  vi.unstubAllGlobals();
});

test("Enter asks the server, and what it understands counts from then on", async () => {
  await type("  reward > 0 ", "Enter");
  expect(asked.map((url) => url.searchParams.get("where"))).toEqual(["reward > 0"]);
  expect(selection.value.where).toBe("reward > 0");
  expect(listScope.value).toMatchObject({ where: "reward > 0", step: 2 });
  expect(shownScope.value.where).toBe("reward > 0");
  expect(runScope.value).not.toHaveProperty("where");
  expect(byTestId("filter-chip")?.textContent).toContain("reward > 0");
  await vi.waitFor(() => expect(window.location.hash).toContain("where="));
});

test("what it does not understand is said in place, and nothing changes", async () => {
  refusal = "Invalid argument: where=rewrad > 0 cannot be used as a filter: run demo has no column rewrad.";
  await type("rewrad > 0", "Enter");
  expect(selection.value.where).toBe("");
  expect(byTestId("filter-problem")?.textContent).toBe("Run demo has no column rewrad.");
  expect(byTestId("filter")?.getAttribute("aria-invalid")).toBe("true");
  await type("reward > 0");
  expect(byTestId("filter-problem")).toBeNull();
});

test("typing alone asks nothing, Esc takes back what was typed", async () => {
  await type("reward >");
  expect(asked).toEqual([]);
  await type("reward >", "Escape");
  expect(byTestId<HTMLInputElement>("filter")?.value).toBe("");
  expect(byTestId("filter-sheet")).toBeNull();
});

test("examples stand below the field while it has the focus, and a click applies one", async () => {
  expect(byTestId("filter-sheet")).toBeNull();
  await type("");
  const example = byTestId("filter-sheet")?.querySelector("button");
  expect(example?.textContent).toBe("reward < 0");
  await act(() => example?.click());
  await settle();
  expect(selection.value.where).toBe("reward < 0");
  expect(byTestId("filter-sheet")).toBeNull();
});

test("the chip takes the filter off, and leads to the field", async () => {
  await act(() => select({ where: "reward > 0", view: "overview" }));
  await act(() => byTestId("filter-clear")?.click());
  expect(selection.value.where).toBe("");
  expect(byTestId("filter-chip")).toBeNull();
  await act(() => select({ where: "reward > 1" }));
  await act(() => editFilter());
  await settle();
  expect(selection.value.view).toBe("samples");
  expect(document.activeElement).toBe(byTestId("filter"));
});

test("an emptied field takes the filter off without a question", async () => {
  await act(() => select({ where: "reward > 0" }));
  await type("", "Enter");
  expect(selection.value.where).toBe("");
  expect(asked).toEqual([]);
});

test("what is typed while the server checks stays", async () => {
  let answer: (response: Response) => void = () => undefined;
  vi.stubGlobal("fetch", () => new Promise<Response>((resolve) => (answer = resolve)));
  await type("reward > 0", "Enter");
  await type("reward > 0.5");
  answer(Response.json({ total: 1, columns: { line: [1] } }));
  await settle();
  expect(selection.value.where).toBe("reward > 0");
  expect(byTestId<HTMLInputElement>("filter")?.value).toBe("reward > 0.5");
});
