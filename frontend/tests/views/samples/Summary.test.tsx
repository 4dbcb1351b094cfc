// @vitest-environment jsdom

import { signal } from "@preact/signals";
import { render } from "preact";
import { act } from "preact/test-utils";
import { afterEach, expect, test } from "vitest";
import { ApiError } from "../../../src/api/errors";
import type { SamplePages } from "../../../src/data/questions/SamplePages";
import { Summary } from "../../../src/views/samples/Summary";

/** What the line reads of the pages. */
const pages = { listKey: signal(""), total: signal(0), error: signal<ApiError | null>(null) };
const said = () => document.querySelector("[data-testid=summary] strong")?.textContent;

afterEach(() => act(() => render(null, document.body)));

test("how many samples there are is not said before it is known", () => {
  act(() => render(<Summary pages={pages as unknown as SamplePages} />, document.body));
  expect(said()).toBe("Looking for the samples …");
  act(() => {
    pages.error.value = new ApiError(503, "busy", "samples");
  });
  expect(said()).toBe("");
  act(() => {
    [pages.error.value, pages.listKey.value, pages.total.value] = [null, "all", 1];
  });
  expect(said()).toBe("1 sample");
});
